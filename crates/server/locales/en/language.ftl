# The language of pages and e-mails. Each language has this file first: a folder with it can be chosen.
# How readers of this language call it.
language-name = English
profile-language = Language
profile-language-hint = Of pages and e-mails. What networks and programs say stays as they say it.
profile-language-browser = As the browser asks
