# Signing in and setting up.
sign-in-title = Sign in
sign-in-lead = Good to see you. Your posts kept time meanwhile.
sign-in-submit = Sign in
setup-title = Set up Carillon
setup-lead = You become the owner of this installation. The link that brought you here works once.
setup-submit = Create my account
not-set-up-title = Almost there
not-set-up-text = Carillon has no owner yet. Open the set-up link that it printed where it was started (the line that begins with “carillon ready”).
not-set-up-again = The link works once and for a day. Restart Carillon for a new one.
email = Email
password = Password
password-hint = At least { $n } characters. A sentence is a good password.
your-name = Your name

# Settings.
settings-of-workspace = Workspace
settings-of-person = You
settings-workspace = General
settings-members = Members
settings-tokens = API tokens
settings-profile = Profile
settings-sessions = Sessions
save = Save
saved = Saved.
copy = Copy
minutes = { $n ->
    [one] { $n } minute
   *[other] { $n } minutes
}

profile-title = Profile
profile-lead = You sign in as { $email }.
profile-zone-hint = Empty: the zone of the workspace.
profile-zone = Time zone
password-title = Password
password-lead = Changing it signs you out everywhere else.
password-current = Current password
password-new = New password
password-submit = Change password
password-changed = Your password is changed. You are signed out everywhere else.

sessions-title = Where you are signed in
sessions-lead = End a session that you don't recognise, then change your password.
sessions-current = This one
sessions-seen = active
sessions-began = since
sessions-revoke = Sign out
sessions-revoke-others = Sign out everywhere else
sessions-revoke-others-confirm = Sign out of Carillon in every other browser?
device-unknown = Unknown browser
device-on = { $browser } on { $system }

workspace-title = Workspace
workspace-name = Workspace name
workspace-name-hint = Your brand, your agency, your team.
workspace-zone = Time zone
workspace-zone-hint = The calendar, and times without an offset, are in this zone.
workspace-grace = Grace, in minutes
workspace-grace-hint = A post that is late by more than these minutes (the server was off, or an account was disconnected) waits for a person instead of going out. At least 1, at most 10080 (a week).

workspace-grace-number = Enter a number of minutes.
workspace-snapshots = Keep every snapshot of the numbers, in days
workspace-snapshots-hint = From 30 to 3650 days; 0 keeps them all for ever. After that the last snapshot of each day stays, and what a report told, for ever. What is thinned out does not come back.
workspace-snapshots-number = Enter a number of days.
workspace-snapshots-short = Every snapshot is kept for
workspace-snapshots-ever = For ever

logo-title = Logo
logo-lead = It stands at the head of PDF reports and of the printed overview.
logo-none = There is no logo yet.
logo-alt = Logo of { $place }
logo-file = Picture
logo-file-hint = PNG or JPEG, up to { $mb } MB. It is made at most { $side } pixels wide and high, and only its pixels and a small colour profile are kept.
logo-upload = Use this logo
logo-remove = Remove logo
logo-remove-confirm = Print reports without this logo from now on?

members-title = Members
members-lead = Who works in this workspace, and what they may do.
members-you = You
role-owner = Owner
role-admin = Admin
role-editor = Editor
role-contributor = Contributor
role-analyst = Analyst
role-client = Client
role-means-owner = Everything
role-means-admin = Everything but owners and deleting the workspace
role-means-editor = Writes, schedules and publishes
role-means-contributor = Writes, but does not publish
role-means-analyst = Reads
role-means-client = Sees what is shared

tokens-title = API tokens
tokens-lead = A program with a token acts in this workspace with the token's role.
tokens-none = No tokens yet
tokens-none-text = Make one for a script, an integration or an agent that should work with this workspace.
tokens-new = New token
role-choice = { $role } – { $means }
tokens-name = Name
tokens-name-hint = What it is for, so that you know it again.
tokens-role = Role
tokens-create = Create token
tokens-created = The token was created.
tokens-once = Copy it now: it is shown only this once.
tokens-made = Made
tokens-used = last used
tokens-unused = never used
tokens-revoke = Revoke
tokens-revoke-confirm = Revoke “{ $name }”? Programs that use it stop working at once.
