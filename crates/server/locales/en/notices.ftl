# What needs a person.
notices = Notices
notices-lead = What needs somebody: each is told once, and stays here until it is settled.
notices-none = Nothing needs you
notices-none-text = When an account must be connected again, or a post can't go out, it stands here.
notices-read = Mark as read
notices-read-all = Mark all as read
notices-open = Open
notices-settled = Settled
notices-unread = { $n ->
    [one] { $n } unread notice
   *[other] { $n } unread notices
}
notice-signed_out = An account must be connected again
notice-login_ends = An account's login ends soon
notice-reading_fails = An account could not be read for a day
notice-failed = A post failed
notice-unconfirmed = It is not certain whether a post is public
notice-held = A post is held
notice-incomplete = A part of a post is missing
notice-unscheduled = A post of a series could not be scheduled

# E-mails about it.
letter-subject = { $n ->
    [one] Carillon: one thing needs you
   *[other] Carillon: { $n } things need you
}
letter-hello = Hello { $name }, this waits for somebody:
letter-open = Look at it in Carillon
letter-why = You get this because you can do something about it, at most once in an hour.
letter-stop = Your profile says whether you want such e-mails.
mail-title = E-mails
mail-wanted = Carillon writes to you when something needs you that you have not read, at most once in an hour.
mail-unwanted = Carillon does not write to you. What needs you is behind the bell.
mail-stop = Send me no e-mails
mail-start = Send me e-mails
