# Finding things, going to them, keys.
search = Search
search-label = Search accounts, posts and files
search-begin = What are you looking for?
search-begin-text = Accounts are found by name, handle and network, posts by their text, files by their name and description. All words must be there, in any order.
search-none = Nothing found
search-none-text = No account, post or file has all of these words. Try fewer of them, or the beginning of one.
search-count = { $n ->
    [0] Nothing found
    [one] { $n } found
   *[other] { $n } found
}
search-partial = Looked at the newest { $n } posts and files.
search-all-posts = Look at all posts
found-accounts = Accounts
found-posts = Posts
found-files = Files
palette = Search or go to
palette-label = Search, or type where to go or what to do
palette-pages = Go to
palette-actions = Do
palette-recent = Recent posts
palette-workspace = Workspace { $name }
palette-look = Appearance: { $look }
palette-all = Show everything that is found
palette-none = Nothing fits. Try other words.
palette-count = Results:
keys-title = Keyboard shortcuts
keys-are-on = Single keys do something on pages, never while you type.
keys-are-off = Single keys do nothing on pages. Search and the list of pages still open with Ctrl-K, or ⌘K on a Mac.
keys-stop = Switch single keys off
keys-start = Switch single keys on
keys-change = Change this in your profile
keys-then = then
keys-control = Ctrl

# Failures: what to do, and where to go.
error-back = Back to the page before
error-again = Try again
error-advice-not-found = The address may be mistyped, what was here may be deleted, or you may not belong to its workspace.
error-advice-forbidden = Ask an owner or administrator of the workspace to do it, or for a role that may.
error-advice-internal = Try again in a moment. If it happens again, tell whoever runs this Carillon, with the reference below.
unreachable = Carillon can't be reached.
unreachable-text = Either you are offline or the server is down. What you typed stays here; once Carillon is back, this notice goes away and you can go on.

# The first steps, above the overview.
guide = First steps
guide-close = Don't show this again
guide-done-of = { $done } of { $n } done
guide-step-done = Done:
guide-ask = Ask somebody whose role in this workspace allows it.
guide-connect = Connect an account
guide-connect-text = You sign in at the network itself; Carillon never sees that password.
guide-connect-go = Connect
guide-write = Write a post
guide-write-text = One text for all accounts, changed where a network wants it otherwise. A draft goes nowhere by itself.
guide-write-go = Write
guide-plan = Schedule or publish it
guide-plan-text = Open the draft, choose when, or publish it now.
guide-plan-go = Open drafts
guide-public = See it in public
guide-public-text = Once a network has it, its page here links to it there.
guide-public-go = Look at it

# The trash, and undoing.
trash = Trash
trash-lead = What is thrown away can be taken out again for { $n } days, then it is gone for good.
trash-empty = The trash is empty
trash-empty-text = Drafts, canceled and failed posts and files that you throw away lie here for a while.
trash-since = thrown away
trash-until = gone on
trash-older-posts = Older posts
trash-older-files = Older files
trash-restore = Take out
trash-restore-of = Take out “{ $name }”
trash-erase = Delete for good
trash-erase-of = Delete for good: “{ $name }”
trash-erase-confirm = Delete “{ $name }” for good? This can't be undone.
trash-erased = Deleted for good.
trash-restored = Taken out of the trash.
trash-moved-post = The post is in the trash.
trash-moved-file = The file is in the trash.
trash-undo = Undo
post-to-trash = Move to the trash
post-canceled = Canceled. What was not sent yet stays unsent.
post-again = Schedule again
post-again-draft = Make it a draft again
post-planned-again = Planned again.
