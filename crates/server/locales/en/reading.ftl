# Numbers.
number-point = .
number-thousand = { $n }K
number-million = { $n }M
number-billion = { $n }B
number-percent = { $n } %
number-hours = { $n } h
number-none = –
number-missing = Not given by the network
metric-followers = Followers
metric-following = Following
metric-posts = Posts
metric-listed = On lists
metric-views = Views
metric-video_viewers = Video viewers
metric-likes = Likes
metric-comments = Comments
metric-shares = Shares
metric-reposts = Reposts
metric-quotes = Quotes
metric-saves = Saves
metric-sends = Sent on privately
metric-dislikes = Dislikes
metric-reach = Accounts reached
metric-engaged_views = Engaged views
metric-interactions = Interactions
metric-engaged_accounts = Accounts that interacted
metric-clicks = Clicks
metric-link_clicks = Link clicks
metric-profile_visits = Profile visits
metric-profile_actions = Profile button clicks
metric-follows = New followers
metric-unfollows = Followers lost
metric-video_views = Video views
metric-watch_time = Watch time
metric-average_watch_time = Average watch time
metric-average_watched = Average share watched
metric-skip_rate = Skipped at once
metric-navigation = Taps in stories
metric-playlist_adds = Added to playlists
metric-playlist_removes = Removed from playlists
metric-viewers = Viewers
metric-followers_online = Followers online
metric-story_replies = Story replies

# Reading accounts.
connections-followers = followers
connections-read = read
connections-unread = numbers not read yet
sync-now = Sync now
sync-now-for = Sync now: { $name }
sync-read = Read
sync-never = Not read yet
sync-until = It goes on by itself:
account-names = What it was called
health-green = Up to date
health-amber = Needs a look
health-red = No new numbers
health-suspended = Its network lets nobody use it now. Look there what it asks for, then connect it again; its history stays.
health-gone = It is not at its network any more. If it came back or moved, connect it again; its history stays.
health-never_read = Its numbers were never read. Sync it now; if it stays so, the sync log says why.
health-stale = Its numbers are more than a day old. Sync it now; if it stays so, the sync log says why.
health-on_request = Its numbers are more than a day old: it is read only when somebody asks. Sync it now.
health-failing = Reading it has failed for more than a day. The sync log says what was tried and what would help.
sync-state-queued = In the queue
sync-state-waiting = Waiting
sync-state-running = Reading
sync-state-done = Complete
sync-state-partial = Partly
sync-state-failed = Failed
sync-reason-connected = Connected
sync-reason-requested = Asked for
sync-reason-told = The network told
sync-reason-scheduled = By schedule
sync-reason-opened = Page opened
sync-kind = Posts wanted
sync-items = Posts read
sync-kind-basic = 30 days
sync-kind-day = 1 day
sync-kind-week = 7 days
sync-kind-month = 30 days
sync-kind-full = All
sync-ended = Ended
sync-reason-continued = Continued
sync-log = Sync log
sync-log-empty = This account was not read yet.
sync-when = When
sync-state = Result
sync-reason = Reason
sync-calls = Calls
sync-took = Took
sync-note = Note
sync-seconds = { $n } s
sync-minutes = { $n } min

# One account.
account-all = All accounts
account-totals = Totals
account-budgets = Limits
account-budgets-lead = What is used and left now, as far as Carillon counts it.
account-budget = Limit
account-budget-used = Used
account-budget-of = { $used } of { $limit }
account-budget-planned = Planned
account-budget-unplanned = Planned posts are not counted in these units
account-budget-left = Left
account-budget-resets = Filled again
account-budget-own = Your daily cap
account-budget-network = The network's posts a day
account-budget-window = The network's posts in { $n } minutes
# What all accounts on this server share with each other.
budget-uploads = Uploads a day, of all accounts on this server
budget-units = Quota units a day, of all accounts on this server
account-posts = Recent posts
account-posts-lead = Made here or elsewhere: up to { $n } posts of the last { $days } days, with the numbers that the network gives.
account-post = Post
account-published = Published
account-made-here = made here
account-vanished = not found at the last look
account-reading = Reading the account
account-reading-text = Its posts appear here as they come in.
account-no-posts = No recent posts
account-no-posts-text = The network shows none on this account.
account-unread = Not read yet
account-unread-text = Sync the account to see its posts and numbers here.

# What networks tell the owner.
insights = Insights
insights-lead = What the network shows only to the owner: the last { $days } days, until the beginning of today.
insights-post-lead = What the network shows only to the owner, since the post was published.
insights-thread = Of a thread, these are the numbers of its first part.
insights-ask = Show insights
insights-as-of = The network said so
insights-back = Back
insights-metric = Metric
insights-value = Value
insights-time = Time
insights-whole = whole time
insights-so-far = so far
insights-gaps = some days have no data
insights-source = { $unit }, by { $source }
insights-by = { $metric } by { $dimension }
insights-more = { $n ->
    [one] One more value is not shown.
   *[other] { $n } more values are not shown.
}
insights-missing = Not given this time
insights-silent = The network gave no data for:
insights-none = No numbers
insights-none-text = The network said nothing. Some networks show numbers for some days only, some need a day or two, some a number of followers.

networks = How the networks work
networks-lead = What was read and published in the last { $n } days, and what is left alone for now because it failed again and again.
networks-table = Networks
networks-network = Network
networks-stands = Now
networks-reading = Reading numbers
networks-publishing = Publishing
networks-none = No networks yet
networks-none-text = Connect an account, and this page says how well its network works.
networks-accounts = { $n ->
    [one] { $n } account
   *[other] { $n } accounts
}
networks-well = Works
networks-quiet = Nothing was tried
networks-trouble = Some of it failed
networks-badly = Most of it failed
networks-left-alone = Left alone for now
networks-left-alone-one = { $n ->
    [one] { $operation } failed again and again and is tried again soon.
   *[other] { $operation } failed again and again at { $n } servers and is tried again soon.
}
networks-share = { $n } %
networks-count = { $good } of { $n }
networks-last = Last success
networks-error = { $what }: { $n }
error-kind-transient = Out of reach, or broken for a while
error-kind-rate_limited = A limit was met
error-kind-auth_expired = The login had run out
error-kind-auth_revoked = The login is gone
error-kind-permission_missing = A permission is missing
error-kind-rejected = Refused
error-kind-not_ready = Not ready in time
error-kind-ambiguous = No answer that says what happened
