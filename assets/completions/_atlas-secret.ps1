
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
            [CompletionResult]::new('--project-id', '--project-id', [CompletionResultType]::ParameterName, 'The project''s ID: 24 hex digits [env: `MONGODB_ATLAS_PROJECT_ID`]')
            [CompletionResult]::new('--client-id', '--client-id', [CompletionResultType]::ParameterName, 'The client ID of the account that gets the secret; never read from the environment')
            [CompletionResult]::new('--expires-after', '--expires-after', [CompletionResultType]::ParameterName, 'How long the secret lives: hours, or 36h, 30d, 12w, 1y, or a date (2027-03-01)')
            [CompletionResult]::new('-P', '-P ', [CompletionResultType]::ParameterName, 'The Atlas CLI profile to sign in with [env: `MONGODB_ATLAS_PROFILE`]')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The Atlas CLI profile to sign in with [env: `MONGODB_ATLAS_PROFILE`]')
            [CompletionResult]::new('--base-url', '--base-url', [CompletionResultType]::ParameterName, 'Where Atlas is [env: `MONGODB_ATLAS_OPS_MANAGER_URL`, `MONGODB_ATLAS_BASE_URL`]')
            [CompletionResult]::new('--demo-projects', '--demo-projects', [CompletionResultType]::ParameterName, 'So many more projects in the demo, to try its lists')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'What standard output gets when it is no terminal')
            [CompletionResult]::new('--clipboard', '--clipboard', [CompletionResultType]::ParameterName, 'How to copy')
            [CompletionResult]::new('--clear-after', '--clear-after', [CompletionResultType]::ParameterName, 'After how many seconds the clipboard is cleared; 0: it stays until something else is copied, as does what was sent to a terminal')
            [CompletionResult]::new('--log-file', '--log-file', [CompletionResultType]::ParameterName, 'Keep a log of what is asked of Atlas (method, path, status, milliseconds), readable by you alone')
            [CompletionResult]::new('--completions', '--completions', [CompletionResultType]::ParameterName, 'Print a completion script for a shell and leave')
            [CompletionResult]::new('--demo', '--demo', [CompletionResultType]::ParameterName, 'Try it out: an embedded Atlas on this machine, no account needed')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Submit without the form, and agree that creating shortens the account''s other secrets')
            [CompletionResult]::new('--replace-expired', '--replace-expired', [CompletionResultType]::ParameterName, 'With --yes: delete a secret that has expired, never a living one, to make room; the form asks')
            [CompletionResult]::new('--verify', '--verify', [CompletionResultType]::ParameterName, 'After creating, prove that Atlas accepts the secret')
            [CompletionResult]::new('--envelope', '--envelope', [CompletionResultType]::ParameterName, 'Ask Atlas to envelop its answer (the endpoint''s own flag)')
            [CompletionResult]::new('--pretty', '--pretty', [CompletionResultType]::ParameterName, 'Ask Atlas to indent its answer (the endpoint''s own flag)')
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
