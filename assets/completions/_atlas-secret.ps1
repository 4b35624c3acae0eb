
using namespace System.Management.Automation
using namespace System.Management.Automation.Language

Register-ArgumentCompleter -Native -CommandName 'atlas-secret' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $commandElements = $commandAst.CommandElements
    $command = @(
        'atlas-secret'
        for ($i = 1; $i -lt $commandElements.Count; $i++) {
            $element = $commandElements[$i]
            if ($element -isnot [StringConstantExpressionAst] -or
                $element.StringConstantType -ne [StringConstantType]::BareWord -or
                $element.Value.StartsWith('-') -or
                $element.Value -eq $wordToComplete) {
                break
        }
        $element.Value
    }) -join ';'

    $completions = @(switch ($command) {
        'atlas-secret' {
            [CompletionResult]::new('--project-id', '--project-id', [CompletionResultType]::ParameterName, 'ID or name of the project [env: MONGODB_ATLAS_PROJECT_ID]')
            [CompletionResult]::new('--client-id', '--client-id', [CompletionResultType]::ParameterName, 'Client ID or name of the service account to create a secret for (no environment variable)')
            [CompletionResult]::new('--expires-after', '--expires-after', [CompletionResultType]::ParameterName, 'Lifetime of the secret: a number of hours, or 36h, 30d, 12w, 1y, or a date such as 2027-03-01 [default: 30d]')
            [CompletionResult]::new('-P', '-P ', [CompletionResultType]::ParameterName, 'Atlas CLI profile to sign in with [env: MONGODB_ATLAS_PROFILE]')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Atlas CLI profile to sign in with [env: MONGODB_ATLAS_PROFILE]')
            [CompletionResult]::new('--base-url', '--base-url', [CompletionResultType]::ParameterName, 'URL of Atlas [env: MONGODB_ATLAS_OPS_MANAGER_URL, MONGODB_ATLAS_BASE_URL]')
            [CompletionResult]::new('--demo-projects', '--demo-projects', [CompletionResultType]::ParameterName, 'With --demo: add this many projects')
            [CompletionResult]::new('--demo-server', '--demo-server', [CompletionResultType]::ParameterName, 'Run the simulated Atlas until Ctrl-C, to test scripts; prints the variables to use it')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'Format for standard output if it is not a terminal; there --yes requires it or --template [default without --yes: secret]')
            [CompletionResult]::new('--template', '--template', [CompletionResultType]::ParameterName, 'A format of your own: text with {secret}, {client_id}, {project_id}, {secret_id}, {expires_at}')
            [CompletionResult]::new('--clipboard', '--clipboard', [CompletionResultType]::ParameterName, 'How to copy [default: auto]')
            [CompletionResult]::new('--clear-after', '--clear-after', [CompletionResultType]::ParameterName, 'Clear the clipboard after this many seconds; 0 keeps the secret there until something else is copied, for at most 12 hours [default: 60]')
            [CompletionResult]::new('--log-file', '--log-file', [CompletionResultType]::ParameterName, 'Log each request (method, path, status, milliseconds) to a file that only you can read')
            [CompletionResult]::new('--completions', '--completions', [CompletionResultType]::ParameterName, 'Print a completion script and exit')
            [CompletionResult]::new('--demo', '--demo', [CompletionResultType]::ParameterName, 'Use a simulated Atlas (built in); no account needed')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Create at once, and accept that the account''s other secrets expire within 7 days. On a terminal the secret''s screen opens (or the form, if the account is full); otherwise the secret goes to standard output')
            [CompletionResult]::new('--replace-expired', '--replace-expired', [CompletionResultType]::ParameterName, 'With --yes: delete an expired secret if the account has 2 secrets, the maximum')
            [CompletionResult]::new('--verify', '--verify', [CompletionResultType]::ParameterName, 'After creating, sign in to Atlas with the new secret to verify it')
            [CompletionResult]::new('--envelope', '--envelope', [CompletionResultType]::ParameterName, 'Send the query parameter envelope: Atlas wraps its response. What is printed does not change')
            [CompletionResult]::new('--pretty', '--pretty', [CompletionResultType]::ParameterName, 'Send the query parameter pretty: Atlas indents its response. What is printed does not change')
            [CompletionResult]::new('--print-config', '--print-config', [CompletionResultType]::ParameterName, 'Print each setting and where it comes from, and exit')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
    })

    $completions.Where{ $_.CompletionText -like "$wordToComplete*" } |
        Sort-Object -Property ListItemText
}
