complete -c atlas-secret -l project-id -d 'The project\'s ID: 24 hex digits [env: `MONGODB_ATLAS_PROJECT_ID`]' -r -f
complete -c atlas-secret -l client-id -d 'The client ID of the account that gets the secret; never read from the environment' -r -f
complete -c atlas-secret -l expires-after -d 'How long the secret lives: hours, or 36h, 30d, 12w, 1y, or a date (2027-03-01)' -r -f
complete -c atlas-secret -s P -l profile -d 'The Atlas CLI profile to sign in with [env: `MONGODB_ATLAS_PROFILE`]' -r -f
complete -c atlas-secret -l base-url -d 'Where Atlas is [env: `MONGODB_ATLAS_OPS_MANAGER_URL`, `MONGODB_ATLAS_BASE_URL`]' -r -f
complete -c atlas-secret -l demo-projects -d 'So many more projects in the demo, to try its lists' -r -f
complete -c atlas-secret -l format -d 'What standard output gets when it is no terminal' -r -f -a "secret\t''
env\t''
json\t''
kubernetes\t''
aws\t''"
complete -c atlas-secret -l clipboard -d 'How to copy' -r -f -a "auto\t'Whatever fits the environment'
native\t'Only the system\'s clipboard'
tmux\t'Only through tmux'
osc52\t'Only the escape sequence OSC 52'
off\t'Never copy'"
complete -c atlas-secret -l clear-after -d 'After how many seconds the clipboard is cleared; 0: it stays until something else is copied, as does what was sent to a terminal' -r -f
complete -c atlas-secret -l log-file -d 'Keep a log of what is asked of Atlas (method, path, status, milliseconds), readable by you alone' -r -F
complete -c atlas-secret -l completions -d 'Print a completion script for a shell and leave' -r -f -a "bash\t''
elvish\t''
fish\t''
powershell\t''
zsh\t''"
complete -c atlas-secret -l demo -d 'Try it out: an embedded Atlas on this machine, no account needed'
complete -c atlas-secret -l yes -d 'Submit without the form, and agree that creating shortens the account\'s other secrets'
complete -c atlas-secret -l replace-expired -d 'With --yes: delete a secret that has expired, never a living one, to make room; the form asks'
complete -c atlas-secret -l verify -d 'After creating, prove that Atlas accepts the secret'
complete -c atlas-secret -l envelope -d 'Ask Atlas to envelop its answer (the endpoint\'s own flag)'
complete -c atlas-secret -l pretty -d 'Ask Atlas to indent its answer (the endpoint\'s own flag)'
complete -c atlas-secret -s h -l help -d 'Print help (see more with \'--help\')'
complete -c atlas-secret -s V -l version -d 'Print version'
