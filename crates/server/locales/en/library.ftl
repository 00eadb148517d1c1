# The library: the grid, the publish dialog, files from addresses.
library-standing-all = All
library-standing-ready = Ready
library-standing-scheduled = Scheduled
library-standing-published = Published
# Failed, or nobody knows whether it is public.
library-standing-failed = Failed or unclear
library-search = Search
library-everything = Files and posts
library-files = All files
library-none-found-text = Nothing in the library fits this filter.
library-pick = Choose “{ $name }”
library-chosen = Chosen
library-key-choose = Choose what has the focus; the arrow keys go on from there
library-key-way = Choose on the way with the arrow keys
library-publish = Publish…
library-tag = Add tags
library-tags = Tags
library-tags-hint = Separated by commas. Posts bear tags, too, and the library finds both by them.
library-tag-nothing = Choose files, and type the tags that they are to bear.
library-tag-posts = Posts are chosen, too. They get their tags where they are written: take them out of the choice.
library-tagged = { $n ->
    [one] { $n } file was tagged.
   *[other] { $n } files were tagged.
}
library-used = { $n ->
    [one] In { $n } post
   *[other] In { $n } posts
}
library-uses = Where it is used
library-unused = No post uses this file yet.
library-edited = Edited copy
library-name = Name
library-engagements = engagements
library-views = views
library-untold = No numbers yet
library-told-part = from { $told } of { $of } accounts
library-publish-title = Publish
library-publish-nothing = Choose one file or more, or one post, and then publish.
library-publish-settled = This post went out already. Open it to see how it stands, or choose its files to make a new post of them.
library-publish-one-post = Choose either files, which become one new post, or one post that is not out yet.
library-publish-stale = Somebody else changed this post meanwhile. Close this, look at the post, and publish it then.
library-publish-leave = Close this? What you typed here is not saved and would be lost.
library-caption = Caption
library-own-text = has a text of its own
library-connect = Connect another account
library-connect-hint = The network opens in a new tab. An account shows up here as soon as it is connected.
library-zone = Time in { $zone }. Without a time, it can go out now.
library-compose = Open in the composer
library-progress = On its way
library-open-post = Open the post
fetch-title = Add from an address
fetch-label = Addresses of files, one to a line
fetch-hint = Public https addresses that lead to the file itself, not to a page around it.
fetch-send = Fetch
fetch-failed = It could not be fetched.
# Editing: each change is a file beside the original.
edit-title = Edit
edit-lead = What is made here is a new file beside this one, which stays as it is.
edit-networks = On each network
edit-turn = Turn
edit-turn-none = Not at all
edit-turn-right = A quarter to the right
edit-turn-left = A quarter to the left
edit-turn-over = Upside down
edit-ratio = Cut to a shape
edit-ratio-own = Its own
edit-zoom = Closer
edit-x = From left to right
edit-y = From top to bottom
edit-from = Begins at
edit-to = Ends at
edit-make = Make the edited file
edit-frame = Picture at
edit-frame-hint = Takes one picture out of the video, as a cover for networks that take one beside it. Others take the moment: it is an option of the account in the composer.
edit-frame-make = Take the picture
edit-made = It is made.
edit-making = It is being made, and appears here when it is there.
edit-underway = Being made
edit-drop = Give up
