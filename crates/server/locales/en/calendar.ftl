# Around the calendar: posts as files, links for other programs, notes and holidays.

calendar-files = Files
calendar-export = Export these weeks (CSV)
calendar-import = Import posts (CSV)
calendar-notes = Notes and holidays
calendar-subscribe = Subscribe

notes-title = Notes and holidays
notes-lead = What days are about besides posts. Everybody in this workspace sees it in the calendar.
notes-none = No notes from today on
notes-none-text = A launch, a fair, a day on which nothing should go out: write it on its day.
notes-new = New note
notes-change = Change the note
notes-first = First day
notes-last = Last day
notes-last-hint = Leave it empty for a single day.
notes-text = Note
notes-colour = Colour
notes-add = Add note
notes-save = Save
notes-edit = Change
notes-remove = Remove
notes-remove-confirm = Remove the note “{ $note }”?
note-colour-plain = Plain
note-colour-green = Green
note-colour-blue = Blue
note-colour-amber = Amber
note-colour-red = Red
note-colour-violet = Violet
note-says = Note
holiday-says = Holiday
holidays-title = Holidays
holidays-lead = Lists of holidays as iCalendar files (.ics), one for each country or school year that matters to you. Most governments publish theirs.
holidays-none = No list yet.
holidays-nameless = Holidays
holidays-days = { $n ->
    [one] 1 day
   *[other] { $n } days
  }
holidays-until = until
holidays-file = File
holidays-file-hint = Up to { $kb } KB, with the year on each day. When a list has ended, bring in the next one.
holidays-upload = Add list
holidays-remove = Remove
holidays-remove-confirm = Remove the list “{ $name }” with all of its days?

settings-feed = Calendar link
feed-title = This workspace in your own calendar
feed-lead = Google Calendar, Apple Calendar, Outlook and others show the plan by a link of yours. It tells times, the beginning of texts, the accounts and a link to each post, and nothing else.
feed-none = You have no link yet
feed-none-text = Make one and add it in your calendar program as a calendar from a URL.
feed-made = Made
feed-used = last fetched
feed-unused = never fetched
feed-create = Make a link
feed-renew = Make a new link
feed-renew-confirm = Make a new link? Calendars that use the old one stop being updated.
feed-revoke = End it
feed-revoke-confirm = End the link? Calendars that use it stop being updated.
feed-created = Your link
feed-once = Copy it now: it is shown only this once. Whoever has it sees the plan; if it gets into wrong hands, make a new one.

import-title = Import posts
import-lead = Many posts from one table. First you see what would become of each row; nothing is made until you say so.
import-file = File
import-file-hint = CSV with headings in the first line, from any spreadsheet: “CSV UTF-8” in Excel. Up to { $rows } rows and { $kb } KB.
import-check = Check the file
import-example = Example file
import-columns = Columns
import-columns-lead = In any order, and only those that you need. Several entries in a cell stand one per line, or with commas between them.
import-accounts = Your accounts
import-accounts-lead = As they can be written under “accounts”.
import-nameless = Import
import-report-lead = Nothing has been made of this file yet.
import-summary = { $good ->
    [one] 1 row can become a post
   *[other] { $good } rows can become posts
  }{ $bad ->
    [0] {""}
    [one] , 1 row has problems
   *[other] , { $bad } rows have problems
  }
import-unknown = These columns are not known and are left out: { $columns }.
import-again = { $n ->
    [one] A post was made of the same file before. Make it once more.
   *[other] { $n } posts were made of the same file before. Make them once more.
  }
import-make-all = { $n ->
    [one] Make the post
   *[other] Make all { $n } posts
  }
import-make-good = { $n ->
    [one] Make 1 post
   *[other] Make { $n } posts
  }, leave { $bad ->
    [one] 1 row
   *[other] { $bad } rows
  } out
import-discard = Make none
import-none-good = No row can become a post as it is. Correct the file and check it again.
import-slashes = Days with slashes
slashes-unsaid = Not used in this file
slashes-day = Day first: 24/12/2026
slashes-month = Month first: 12/24/2026
import-read-again = Read again
import-line = Line { $n }
import-row-bad = Has problems
import-made = { $n ->
    [one] 1 post was made of this file.
   *[other] { $n } posts were made of this file.
  }
import-another = Import another file

post-column-text = Text
post-column-accounts = Accounts
post-column-status = Status
post-column-date = Day
post-column-time = Time
post-column-timezone = Zone
post-column-media = Files
post-column-alt_text = Descriptions
post-column-tags = Tags
post-column-campaign = Campaign
post-column-first_comment = First comment
post-column-parts = Thread
post-column-overrides = Versions
post-column-link_parameters = Link parameters
post-column-fill_in = Variables
post-column-means-text = What the post says.
post-column-means-accounts = Where it goes: a handle, a network and a handle (bluesky:name), a network that has one account here, or an id.
post-column-means-status = scheduled or draft. Left empty, a row with a time is scheduled, another one is a draft.
post-column-means-date = The day: 2026-12-24 or 24.12.2026. For days with slashes you say once which comes first.
post-column-means-time = The time of day: 18:30 or 6:30 PM.
post-column-means-timezone = The zone of both, like Europe/Athens. Left empty, it is the workspace's.
post-column-means-media = Files of the library by name or id, in order.
post-column-means-alt_text = What each file shows, one line per file in their order. Descriptions are saved with the files.
post-column-means-tags = Free labels.
post-column-means-campaign = Free name of a campaign.
post-column-means-first_comment = A comment right under the post.
post-column-means-parts = For programs: further parts of a thread as JSON, as in the API.
post-column-means-overrides = For programs: what differs by account as JSON, as in the API.
post-column-means-link_parameters = For programs: parameters of links by name as JSON, as in the API.
post-column-means-fill_in = true: variables such as {"{"}account.name{"}"} are filled in for each account. Left empty, they go out as they are written.
