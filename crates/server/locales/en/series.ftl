# Posts that come again and again.
repeat = Repeat
repeat-how = How often
repeat-none = Not at all
repeat-daily = Every day
repeat-weekdays = Every day from Monday to Friday
repeat-weekly = Every week
repeat-fortnightly = Every two weeks
repeat-monthly = Every month, on the same day
repeat-yearly = Every year
repeat-rule = By a rule
repeat-rule-text = Rule (RFC 5545)
repeat-rule-hint = Like FREQ=MONTHLY;BYDAY=-1FR for each last Friday of a month. With COUNT or UNTIL it ends.
repeat-ends = Last day (empty: no end)
repeat-hint = On the clock of { $zone }. Posts are made { $days } days ahead; each can be changed alone. They all say the same: some networks refuse a text that the account has posted before, X among them.
repeat-scope = This post belongs to a series. What do you change?
repeat-scope-one = This one only
repeat-scope-following = This one and all that follow
repeat-scope-all = All that have not gone out
series-title = Series
series-days = { $n ->
    [one] Every day
   *[other] Every { $n } days
}
series-weeks = { $n ->
    [one] Every week
   *[other] Every { $n } weeks
}
series-months = { $n ->
    [one] Every month
   *[other] Every { $n } months
}
series-years = { $n ->
    [one] Every year
   *[other] Every { $n } years
}
series-at = { $rule }, { $time }, on the clock of { $zone }
series-detached = changed alone
series-here = this one
series-problem = Not scheduled: { $problem }
series-stopped = No more posts are made of this series: { $problem }
series-cancel-following = Cancel this one and all that follow
series-cancel-following-confirm = Cancel this post and all that follow in its series? What was changed alone stays.
series-cancel-all = Cancel all
series-cancel-all-confirm = Cancel all posts of this series that have not gone out? What was changed alone stays.
series-canceled = { $n ->
    [0] Nothing was left to cancel. The series has ended.
    [one] One post was canceled. The series has ended.
   *[other] { $n } posts were canceled. The series has ended.
}
series-was-canceled = This series was canceled.
series-resume = Let it go on
series-resumed = The series goes on. What was canceled with it is planned again; what would have gone out meanwhile is not.
