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
