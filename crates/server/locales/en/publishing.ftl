# Navigation.
nav-calendar = Calendar
nav-posts = Posts
nav-compose = Compose
nav-connections = Connections
nav-library = Library

# Calendar.
calendar-turn = Turn the page
calendar-before = Before
calendar-after = After
calendar-today = Today
calendar-view = View
calendar-month = Month
calendar-week = Week
calendar-add = Compose for { $day }
calendar-more = { $n } more
calendar-too-full = There are more posts in these weeks than fit on this page. Open a single week to see all of its posts.
calendar-zone = Times in { $zone }
calendar-empty = Nothing planned here
calendar-empty-text = Posts that you schedule appear on their day.
weekday-1 = Mon
weekday-2 = Tue
weekday-3 = Wed
weekday-4 = Thu
weekday-5 = Fri
weekday-6 = Sat
weekday-7 = Sun
month-long-1 = January
month-long-2 = February
month-long-3 = March
month-long-4 = April
month-long-5 = May
month-long-6 = June
month-long-7 = July
month-long-8 = August
month-long-9 = September
month-long-10 = October
month-long-11 = November
month-long-12 = December

# How posts and publications stand.
status-draft = Draft
status-in_review = In review
status-approved = Approved
status-scheduled = Scheduled
status-publishing = Publishing
status-published = Published
status-partially_published = Partly published
status-failed = Failed
status-unconfirmed = Unconfirmed
status-held = On hold
status-canceled = Canceled
held-overdue = It was due too long ago to go out without you. Publish it now, or move it.
held-reauth = The account must be connected again. Then this goes out by itself, if it is not too late.
held-cap = The account's daily cap is reached.
held-platform_off = This network is switched off on this server.

# The list of posts.
posts-all = All
posts-search = Search posts
posts-filter = Filter by status
posts-empty = No posts yet
posts-empty-text = Write the first one: now, for later, or as a draft.
posts-none-found = Nothing found
posts-none-found-text = No post fits this filter.
older = Older
overdue-title = { $n ->
    [one] { $n } publication was due too long ago to go out by itself
   *[other] { $n } publications were due too long ago to go out by themselves
}
overdue-text = The server was off, or an account was signed out. Look through the list: what is out of date can be changed or canceled first.
overdue-publish = Publish all now
overdue-confirm = { $n ->
    [one] Publish { $n } overdue publication now?
   *[other] Publish all { $n } overdue publications now?
}
overdue-released = { $n ->
    [0] Nothing was overdue any more.
    [one] { $n } publication goes out now.
   *[other] { $n } publications go out now.
}
post-no-text = (no text)
post-no-time = No time set

# One post.
post-title = Post
post-content = Content
post-edit = Edit
post-cancel = Cancel post
post-cancel-confirm = Cancel this post? What was not sent yet stays unsent.
post-trash = Delete draft
post-trash-confirm = Throw this draft away?
post-first-comment = First comment:
post-published = Published
post-due = Due
post-next = next step
post-see = See it
post-incomplete = The post is public, but a part of it is missing.
post-erased = An account that this post went to was removed with its history, so this post can no longer be changed.
post-said = The network said:
post-evidence = What Carillon saw:
post-part = Part { $n }
post-retry = Try again
post-publish-now = Publish now
post-resolve-lead = The network's answer was lost, and Carillon could not find out whether the post is public. Please look at the account.
post-resolve-link = Link to the post, if you found it
post-resolve-public = It is public
post-resolve-absent = It is not public, send it again
post-attempts = { $n ->
    [one] { $n } attempt
   *[other] { $n } attempts
}
post-attempt = Attempt { $n },
post-attempt-steps = Calls of attempt { $n }
outcome-published = published
outcome-retry = tried again later
outcome-failed = failed
outcome-held = put on hold
outcome-unconfirmed = unconfirmed
outcome-incomplete = incomplete
step-time = Time
step-operation = Call
step-answer = Answer
step-duration = Duration
step-none = none
step-request-id = The network's id of this request:
step-ms = { $n } ms
account-gone = Account removed

# Composing.
compose-new = New post
compose-edit = Edit post
compose-settled = This post can no longer be changed
compose-settled-out = It is public, or may be: a network has it, or did not answer whether it does.
compose-settled-erased = It is public, or may be, on an account that was removed with its history.
compose-settled-back = Back to the post
compose-text = Text
compose-kept = What you wrote is still here.
compose-overtaken = Somebody else changed this post while you were writing, so yours is not saved yet. It is in the form below; what they saved stands above it. Save again to put yours in its place.
compose-theirs = What somebody else saved
compose-theirs-nothing = Nothing
kept-title = You wrote something here that was not saved
kept-back = Put it back
kept-drop = Throw it away
compose-media = Pictures and videos
compose-more = Thread and first comment
compose-part = Next part
compose-part-add = Add a part
compose-part-remove = Remove this part
compose-first-comment = First comment
compose-accounts = Where it goes
compose-no-accounts = There are no connected accounts yet.
compose-unusable = needs to be connected again
compose-own = Different on this account
compose-own-media = Other pictures or videos here
compose-own-text = Text for this account; empty for the text above
media-add = Add pictures or a video
media-from-library = From the library
poll-answer = Answer { $n }
poll-runs = Runs for
poll-multiple = Several answers may be chosen
days = { $n ->
    [one] { $n } day
   *[other] { $n } days
}
hours = { $n ->
    [one] { $n } hour
   *[other] { $n } hours
}
compose-check = Check
compose-check-hint = Choose accounts to see how each network counts and what it would refuse.
compose-check-good = Fits
compose-when = When
compose-time = Date and time
compose-zone = Time zone
compose-fold = Clocks go back that night. Which of the two do you mean?
compose-fold-first = { $time }, before clocks go back
compose-fold-second = { $time }, after clocks went back
compose-gap = Clocks go forward that night. Take the next time that exists?
compose-gap-next = { $time }
compose-schedule = Schedule
compose-now = Publish now
compose-draft = Save draft
option-usual = As usual
option-on = Yes
option-off = No
option-langs = Languages (like en, el)
option-link-card = Preview of the first link
option-visibility = Who can see it
option-spoiler-text = Content warning
option-sensitive = Sensitive media
option-language = Language
option-reply-settings = Who may reply
option-made-with-ai = Made with AI
option-paid-partnership = Paid partnership
option-kind = Kind of post
option-share-to-feed = Also in the feed
option-collaborators = Collaborators
option-thumb-offset = Cover at (milliseconds)
option-location-id = Location id
option-is-ai-generated = Made with AI
option-focus = Focus of the picture
option-poll = Poll
option-user-tags = Tagged people
option-cover-url = Cover picture
option-no-reshare = Others may not share it
option-link = Link card: address
option-link-title = Link card: title
option-link-description = Link card: description
option-media-title = Title of the video
option-poll-question = Question of the poll
option-video-title = Title of the video
option-title = Title
option-privacy = Who can see it
option-publish-at = Made public by the network at (like 2026-12-24T18:00:00Z)
option-made-for-kids = Made for children
option-category = Category
option-tags = Tags
option-playlist = Playlist (id or address)
option-notify-subscribers = Tell subscribers
option-embeddable = Others may embed it
option-license = Licence
option-synthetic-media = Shows altered or synthetic scenes
option-paid-promotion = Paid promotion
value-visibility-public = Everybody
value-visibility-unlisted = Everybody, not in timelines
value-visibility-private = Followers
value-visibility-direct = Mentioned people
value-visibility-connections = Connections only
value-visibility-logged_in = Whoever is signed in
value-reply-settings-everyone = Everybody
value-reply-settings-following = People the account follows
value-reply-settings-mentionedUsers = Mentioned people
value-reply-settings-subscribers = Subscribers
value-reply-settings-verified = Verified accounts
value-kind-auto = What the files suggest
value-kind-post = Post
value-kind-image = Picture
value-kind-carousel = Carousel
value-kind-reel = Reel
value-kind-story = Story
value-kind-video = Video
value-kind-short = Short
value-privacy-public = Everybody
value-privacy-unlisted = Whoever has the address
value-privacy-private = Nobody else
value-category-22 = People & blogs
value-category-1 = Film & animation
value-category-2 = Autos & vehicles
value-category-10 = Music
value-category-15 = Pets & animals
value-category-17 = Sports
value-category-19 = Travel & events
value-category-20 = Gaming
value-category-23 = Comedy
value-category-24 = Entertainment
value-category-25 = News & politics
value-category-26 = How-to & style
value-category-27 = Education
value-category-28 = Science & technology
value-category-29 = Nonprofits & activism
value-license-youtube = The network's usual one
value-license-creativeCommon = Creative Commons (attribution)
value-flavour-instagram = With Instagram
value-flavour-facebook = With Facebook
value-flavour-member = As a member
value-flavour-organization = For pages
value-flavour-google = With Google

# Connections.
connections-accounts = Your accounts
connections-empty = No accounts yet
connections-empty-text = Connect one below. Carillon signs in at the network's own page and never sees your password.
connections-add = Connect an account
connections-connect = Connect
connections-go-on = Continue
connections-connected = The account is connected.
connections-reconnect = Connect again
connections-disconnect = Disconnect
connections-disconnect-confirm = Disconnect { $name }? What is scheduled there will wait. Its history stays.
connections-since = connected
connections-cap = { $n } a day
connections-ends = The login ends
connections-at-risk = Posts at risk
connections-at-risk-text = They are due when the account's login has ended. Connect the account again before then.
account-status-connected = Connected
account-status-needs_reconnect = Signed out
account-status-disconnected = Disconnected
connect-lead-password = With an app password from the network's settings.
connect-lead-server = On any server: you sign in at its own page.
connect-lead-page = You sign in at the network's own page.
connect-unset = This server has no app credentials for it yet. The notes below say how to get them.
connect-guide = How to set up { $platform }
connect-callback = Callback address to register with your app
connect-server = Server
connect-server-hint = The host of your account, like mastodon.social.
connect-server-simulated = The networks are simulated here, so name one of their servers, like { $server }.
connect-server-empty = Leave it empty: your handle says where your account is.
connect-server-found = Leave it empty: your handle says where your account is, and an email address means { $server }.
connect-identifier = Handle or email
connect-app-password = App password
connect-app-password-hint = Make one in the network's settings. It is not your own password, and you can end it there.
connect-flavour = Sign in
connected-title = Connected
connected-text = You can close this page.
connected-failed = Not connected
connected-back = Back to Carillon
choose-title = Choose accounts
choose-lead = You signed in once and may use several accounts. Choose those that Carillon should work with.

# The library.
library-all = All
library-filter = Filter by kind
library-empty = No pictures or videos yet
library-empty-text = Upload some here, or while you write a post. Positions and other hidden data are removed from pictures.
library-no-alt = No description
library-type = Type
library-size = Size
library-pixels = Pixels
library-length = Length
library-added = Added
library-alt = Description
library-alt-hint = Read out to people who can't see it, on the networks that take one.
library-use = Use in a post
library-delete = Delete
library-delete-confirm = Delete “{ $name }” from the library? Posts that went out with it keep it.
kinds-image = Pictures
kinds-gif = GIFs
kinds-video = Videos
media-gif = GIF
media-video = Video
upload-drop = Drop pictures and videos here, or
upload-choose = choose files
upload-send = Upload
upload-failed = could not be uploaded
pick-title = From the library
pick-add = Add
pick-empty = The library is empty.
tile-earlier = Move earlier
tile-later = Move later
tile-remove = Take { $name } out
tile-alt = Description of { $name }
tile-alt-placeholder = Describe it for people who can't see it
