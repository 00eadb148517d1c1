# What needs a person, and what is good to know.
notices = Notices
notices-lead = What needs somebody is told once, and stays open until it is settled. What is only good to know is over after a day.
notices-filter = Show
notices-all = All
notices-needing = Needs somebody
notices-news = Good to know
notices-choose = Choose what you hear of
notices-no-news = Nothing new
notices-no-news-text = What went out, days that are nearly full and reports that are ready stand here.
notices-none = Nothing needs you
notices-none-text = When an account must be connected again, or a post can't go out, it stands here.
notices-read = Mark as read
notices-read-all = Mark all as read
notices-open = Open
notices-settled = Settled
notices-new = New
notices-seen = Seen
notices-unread = { $n ->
    [one] { $n } unread notice
   *[other] { $n } unread notices
}
notices-unread-news = { $n ->
    [one] { $n } new notice that needs nobody
   *[other] { $n } new notices that need nobody
}
notice-signed_out = An account must be connected again
notice-login_ends = An account's login ends soon
notice-reading_fails = An account could not be read for a day
notice-failed = A post failed
notice-unconfirmed = It is not certain whether a post is public
notice-held = A post is held
notice-incomplete = A part of a post is missing
notice-unscheduled = A post of a series could not be scheduled
notice-published = A post is public
notice-cap_near = An account's day is nearly full
notice-report_ready = A report is ready

# What somebody hears of, and by which ways.
settings-notices = What you hear of
hearing-needs = What needs somebody
hearing-needs-lead = It is open until somebody settles it. E-mails about what you have not read come at most once in an hour.
hearing-news = Good to know
hearing-news-lead = Nobody has to do anything about it, and it is over after a day. An e-mail about what you have not read comes in the morning.
hearing-in-app = In the app
hearing-by-mail = By e-mail
hearing-stays = Owners always hear of it in the app, so that somebody does.
hearing-no-mail = This server sends no e-mails.
hearing-stopped = You stopped all e-mails:
hearing-none = Nothing is told to you here
hearing-none-text = Somebody in your role hears of nothing that happens in this workspace.

# E-mails about it.
letter-subject = { $n ->
    [one] Carillon: one thing needs you
   *[other] Carillon: { $n } things need you
}
letter-subject-news = { $n ->
    [one] Carillon: one thing that is good to know
   *[other] Carillon: { $n } things that are good to know
}
letter-hello = Hello { $name }, this waits for somebody:
letter-hello-news = Hello { $name }, this happened:
letter-news = Good to know
letter-times = { $n } times
letter-open = Look at it in Carillon
letter-why = You get this because you can do something about it, at most once in an hour.
letter-why-news = You get this because you asked for it, at most once a day.
letter-stop = Your profile says whether you want such e-mails.
mail-title = E-mails
mail-wanted = Carillon writes to you when something needs you that you have not read, at most once in an hour. The settings of a workspace say about what.
mail-unwanted = Carillon does not write to you, whatever the settings of a workspace say. What needs you is behind the bell.
mail-stop = Send me no e-mails
mail-start = Send me e-mails
