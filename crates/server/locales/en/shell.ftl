# The frame around every page.
skip-to-content = Skip to content
insecure-warning = This page travels unencrypted. Others on the network could read your password. Put Carillon behind https before you use it in earnest.
look-label = Appearance
look-auto = As the system
look-light = Light
look-dark = Dark
close = Close
confirm-yes = Yes, do it
confirm-no = Cancel

# Pages and messages about failures.
error-home = Back to the start
error-id = Reference { $id }
error-not-found = Nothing here
error-forbidden = Not allowed
error-too-many = Too fast
error-unavailable = Not available now
error-internal = Something broke
error-other = That did not work

# Navigation.
nav-main = Main
nav-menu = Your menu
nav-settings = Settings
nav-profile = Profile
nav-sign-out = Sign out
no-workspace = You belong to no workspace. Ask an owner of one to add you.

# Times.
ago-now = just now
ago-minutes = { $n ->
    [one] { $n } minute ago
   *[other] { $n } minutes ago
}
ago-hours = { $n ->
    [one] { $n } hour ago
   *[other] { $n } hours ago
}
ago-days = { $n ->
    [one] { $n } day ago
   *[other] { $n } days ago
}
date-and-time = { $day } { $month } { $year }, { $time }
time-of-the-workspace = { $own }; for the workspace ({ $zone }) { $there }
month-1 = Jan
month-2 = Feb
month-3 = Mar
month-4 = Apr
month-5 = May
month-6 = Jun
month-7 = Jul
month-8 = Aug
month-9 = Sep
month-10 = Oct
month-11 = Nov
month-12 = Dec
