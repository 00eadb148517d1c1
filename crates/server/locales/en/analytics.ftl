# What the kept numbers say.
nav-overview = Overview
metric-published = Published posts
metric-engagements = Engagements
metric-engagement_rate_by_views = Engagement rate by views
metric-engagement_rate_by_followers = Engagement rate by followers
metric-engagement_rate_by_reach = Engagement rate by reach
basis-views = by views
basis-followers = by followers
basis-reach = by reach
overview-time = Time
overview-days = { $n } days
overview-from-to = { $from } to { $to }
overview-span = { $shown }, compared with { $before }
overview-span-uneven = { $shown }, compared with { $before } ({ $days ->
    [one] one day
   *[other] { $days } days
} against { $past ->
    [one] one
   *[other] { $past }
})
overview-this-month = This month
overview-last-month = Last month
overview-own = Own days
overview-from = From
overview-to = To
overview-compare = Compare with
overview-tag = Tag
overview-campaign = Campaign
compare-previous = the days before
compare-year = a year earlier
overview-against-previous = { $n ->
    [one] vs the day before
   *[other] vs previous { $n } days
}
overview-against-year = vs the same days a year earlier
overview-against-year-uneven = { $n ->
    [one] vs one day a year earlier
   *[other] vs { $n } days a year earlier
}
overview-date = { $day } { $month } { $year }
overview-account = Account
overview-network = Network
overview-every-account = Every account
overview-every-network = Every network
overview-show = Show
overview-chosen = { $what }: { $which }
overview-known-on = As known on
overview-known = As known on { $day }, at its end: nothing that was read, found or connected later is in these numbers and files. Texts and links of posts, tags, campaigns and the states of accounts are those of today.
overview-points = { $n } points
overview-before = { $n } from { $before }
overview-before-some = { $n } from { $before }, counting only the accounts that are known from then
overview-reading = { $n ->
    [one] One account is being read. The page renews itself.
   *[other] { $n } accounts are being read. The page renews itself.
}
overview-no-past = Nothing to compare with yet
overview-no-days = Too few days for a chart
overview-accounts-gave = { $n } of { $of } accounts
overview-posts-gave = given for { $n } of { $of } posts
overview-by-day = Day by day
overview-day = Day
overview-networks = By network
overview-accounts = Accounts
overview-rate = Engagement rate
overview-top = Best posts
overview-top-rule = By engagement rate: by views where the network gives views, else by followers at the post's time. Posts with fewer than { $n } views come last.
overview-top-none = No post of this time has an engagement rate yet.
overview-few-views = few views
overview-next = What is next
overview-next-none = Nothing is scheduled.
overview-next-write = Write a post
overview-signed-out = { $n ->
    [one] One account is signed out at its network. Its posts wait, and its numbers stand still.
   *[other] { $n } accounts are signed out at their networks. Their posts wait, and their numbers stand still.
}
overview-empty = No account is connected
overview-empty-text = Connect the first one. Its followers, views and best posts appear here as they are read.
overview-connect = Connect an account
overview-none = No account fits this filter
overview-none-text = It may have been disconnected, or belong to another network.
overview-all = Show all accounts
definitions = Definitions
definitions-link = What these numbers mean
definitions-lead = Every number has a name and a version. A version grows when the meaning changes, so that old and new values are not mixed up. What a network does not give is missing, never zero.
definitions-made = Made from others
definitions-made-text = No network gives these. They are of the posts that became public in the time, with their numbers as last seen.
definitions-read = Read from networks
definitions-read-text = With the network's own name where only the owner is told. What everybody can see is read from the profile and the posts; the numbers themselves name their fields.
definitions-meaning = Meaning
definitions-unit = Unit
definitions-native = At the networks
best-times = Best times
best-times-lead = { $n ->
    [one] From one post of the last year, { $by }. Hours are those of { $zone }.
   *[other] From { $n } posts of the last year, { $by }. Hours are those of { $zone }.
}
best-times-by-views = by views
best-times-by-views-each = by views for each follower
best-times-by-engagements = by engagements
best-times-by-engagements-each = by engagements for each follower
best-times-nothing = No post of the last year has settled numbers yet: they count once they were read two days after the post or later. Hours are those of { $zone }.
best-times-general = Too few posts to say anything about this account: that takes { $n } at least, with numbers that were read two days after the post or later. Until then this is an assumption about when people are awake, with what little the posts tell, and no advice.
best-times-told = What the network tells of the hours in which followers are online is part of it.
best-times-hint = A hint, not more: there are too few posts to be sure, or no hour stands out.
best-times-own = These hours come from the account's own posts, and the best one stands out.
best-times-hour = { $day } { $hour }:00
best-times-slot = { $value } times the mean of the week; { $low } to { $high } if the interval holds, which for the best hours it does less often than for others.
best-few-none = too few posts to tell yet
best-few-hint = (a hint, not more)
best-times-next = Next:
best-times-map = Each hour of the week as a multiple of the mean: the stronger the colour, the better. With each hour come an interval, which holds the truth in { $n } of 100 cases, and the posts that were published in it.
best-times-cell = { $n ->
    [one] { $value } times the mean, { $low } to { $high }, one post
   *[other] { $value } times the mean, { $low } to { $high }, { $n } posts
}
audience = Audience
audience-lead = Who follows or watches, as the network last told. It is asked once a day. Shares are of what it told, and each dimension is told by itself: nobody learns how ages and genders go together.
audience-not-told = This network tells programs nothing about who follows.
audience-not-asked = { $n ->
    [one] The network was not asked in the last day. It is asked once a day when the account is read by schedule.
   *[other] The network was not asked in the last { $n } days. It is asked once a day when the account is read by schedule.
}
audience-nothing = The network told nothing. Some need a number of followers before they do.
audience-asked = Last asked
audience-part = Part
audience-share = Share
audience-sum = Together { $sum }.
audience-sum-of = Together { $sum } of { $all } followers.
audience-female = Female
audience-male = Male
audience-unspecified = Not specified
audience-own-words = Specified in their own words
audience-missing = Not given the last time
audience-hours = Active hours
audience-hours-map = { $n ->
    [one] Each hour of the week as a multiple of the mean of the followers who were online, from about a week, in hours of { $zone }. The stronger the colour, the more.
   *[other] Each hour of the week as a multiple of the mean of the followers who were online, from about { $n } weeks, in hours of { $zone }. The stronger the colour, the more.
}
audience-hour = { $n } followers online
audience-hour-unknown = not told
curve-page = A post's numbers
curve-link = Over time
curve-link-of = Over time: { $text }
curve-over-time = Numbers since publication
curve-now = As last seen
curve-account = Its account
curve-choice = Number to show
curve-title = { $metric } of the post of @{ $handle } by its age
curve-own = This post
curve-median = Median of the account
curve-usual = median of { $n } { $n ->
    [one] post
   *[other] posts
}
curve-point = { $age }: { $n }, { $what }
curve-basis = { $n ->
    [one] The median is of one post of the 90 days before this one, at the same age.
   *[other] The median is of { $n } posts of the 90 days before this one, at the same age.
}
curve-too-few = { $n ->
    [0] No post of the 90 days before it can be compared. It takes { $least }.
    [one] One post of the 90 days before it can be compared. It takes { $least }.
   *[other] { $n } posts of the 90 days before it can be compared. It takes { $least } at the same age.
}
curve-standing = { $change } against the median of { $usual } at the age of { $age }
curve-table = By age
curve-age = Age
curve-posts = Posts compared
curve-unseen = Nobody looked at this age
curve-few = Nothing to compare at this age
curve-nothing = Nobody looked at this number of the post yet.
curve-minutes = { $n } min
curve-hours = { $n } h
curve-days = { $n } d
curve-days-hours = { $n } d { $hours } h

# How an account grew, on its page.
growth = Growth
growth-lead = { $n ->
    [one] Followers and posts of one day.
   *[other] Followers and posts of { $n } days.
}
growth-more = Other times, and everything else
growth-month = Followers in 30 days
growth-week = Followers in 7 days
growth-velocity = Followers a day
growth-velocity-before = 30 days before: { $n }
growth-rhythm = Posts a week
growth-unseen = A day that this needs was not looked at.
growth-chart = Followers day by day
growth-axis = The scale does not begin at zero.
growth-days = Day by day
growth-day = Day
growth-point = { $day }: { $n }
growth-weekdays = Posts by day of the week
