complete -c atlas-secret -l project-id -d 'ID or name of the project [env: MONGODB_ATLAS_PROJECT_ID]' -r -f
complete -c atlas-secret -l client-id -d 'Client ID or name of the service account to create a secret for (no environment variable)' -r -f
complete -c atlas-secret -l expires-after -d 'Lifetime of the secret: a number of hours, or 36h, 30d, 12w, 1y, or a date such as 2027-03-01 [default: 30d]' -r -f
complete -c atlas-secret -s P -l profile -d 'Atlas CLI profile to sign in with [env: MONGODB_ATLAS_PROFILE]' -r -f
complete -c atlas-secret -l base-url -d 'URL of Atlas [env: MONGODB_ATLAS_OPS_MANAGER_URL, MONGODB_ATLAS_BASE_URL]' -r -f
complete -c atlas-secret -l demo-projects -d 'With --demo: add this many projects' -r -f
complete -c atlas-secret -l demo-server -d 'Run the simulated Atlas until Ctrl-C, to test scripts; prints the variables to use it' -r -f
complete -c atlas-secret -l format -d 'Format for standard output if it is not a terminal; there --yes requires it or --template [default without --yes: secret]' -r -f -a "secret\t''
env\t''
json\t''
kubernetes\t''
aws\t''
terraform\t''
mcp\t''"
complete -c atlas-secret -l template -d 'A format of your own: text with {secret}, {client_id}, {project_id}, {secret_id}, {expires_at}' -r -f
complete -c atlas-secret -l clipboard -d 'How to copy [default: auto]' -r -f -a "auto\t'Whatever fits the environment'
native\t'Only the system\'s clipboard'
tmux\t'Only through tmux'
osc52\t'Only the escape sequence OSC 52'
off\t'Never copy'"
complete -c atlas-secret -l clear-after -d 'Clear the clipboard after this many seconds; 0 keeps the secret there until something else is copied, for at most 12 hours [default: 60]' -r -f
complete -c atlas-secret -l log-file -d 'Log each request (method, path, status, milliseconds) to a file that only you can read' -r -F
complete -c atlas-secret -l completions -d 'Print a completion script and exit' -r -f -a "bash\t''
elvish\t''
fish\t''
powershell\t''
zsh\t''"
complete -c atlas-secret -l demo -d 'Use a simulated Atlas (built in); no account needed'
complete -c atlas-secret -l yes -d 'Create at once, and accept that the account\'s other secrets expire within 7 days. On a terminal the secret\'s screen opens (or the form, if the account is full); otherwise the secret goes to standard output'
complete -c atlas-secret -l replace-expired -d 'With --yes: delete an expired secret if the account has 2 secrets, the maximum'
complete -c atlas-secret -l verify -d 'After creating, sign in to Atlas with the new secret to verify it'
complete -c atlas-secret -l envelope -d 'Send the query parameter envelope: Atlas wraps its response. What is printed does not change'
complete -c atlas-secret -l pretty -d 'Send the query parameter pretty: Atlas indents its response. What is printed does not change'
complete -c atlas-secret -l print-config -d 'Print each setting and where it comes from, and exit'
complete -c atlas-secret -s h -l help -d 'Print help (see more with \'--help\')'
complete -c atlas-secret -s V -l version -d 'Print version'
