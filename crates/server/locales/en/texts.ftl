# Texts that a workspace keeps for its posts.

settings-texts = Texts
texts-title = Texts for posts
texts-lead = What is written often, ready to be put into a post. Posts keep what was put into them, whatever becomes of the text here.
texts-none = No texts yet
texts-none-text = Keep the beginnings, signatures and hashtags that you use again and again.
texts-kind = What it is for
texts-kind-template = Templates
texts-kind-snippet = Snippets
texts-kind-signature = Signatures
texts-kind-hashtags = Groups of hashtags
texts-kind-links = Parameters of links
texts-kind-one-template = A template: a whole post to begin with
texts-kind-one-snippet = A snippet: a few words, put in where you write
texts-kind-one-signature = A signature: put at the end
texts-kind-one-hashtags = Hashtags: put at the end
texts-kind-one-links = Parameters of links
texts-name = Name
texts-body = Text
texts-body-hint = Filled in for each account when the post is saved: { $variables }
texts-new = New text
texts-change = Change
texts-change-title = Change a text
texts-keep = Keep
texts-remove = Remove
texts-remove-confirm = Remove { $name }? Posts that it was put into keep it.
texts-links-new = New parameters of links
texts-links-change = Change parameters of links
texts-links-lead = They tell your website where its visitors come from. Links in posts get them for each account; what a link has already stays.
texts-links-hint = May stand in a value: { $variables }. A value that comes out empty is left out.
texts-utm-source = Source (utm_source)
texts-utm-medium = Medium (utm_medium)
texts-utm-campaign = Campaign (utm_campaign)
texts-utm-content = Content (utm_content)

compose-texts = Keep texts
compose-insert = Put in
compose-insert-which = Choose a text to put in
compose-insert-none = Choose one of the texts that are kept, then put it in.
compose-links = Links, campaign and tags
compose-links-which = Parameters of links
compose-links-none = None
compose-links-hint = The preview shows them. Networks on which links can't be pressed get none.
compose-campaign = Campaign
compose-waits = A file is still on its way. The post goes on by itself once it is there.
compose-tags = Tags
compose-tags-hint = Separated by commas. They go to no network; calendar, library and numbers are filtered by them.
compose-fill-in = Fill in {"{"}account.name{"}"}, {"{"}network{"}"}, {"{"}date{"}"} and the like for each account

hashtags-show = Suggest hashtags
hashtags-choose = Choose accounts to see the hashtags of their own posts.
hashtags-none = No post of { $account } that was read has a hashtag.
hashtags-of = { $account }: hashtags of the latest { $n } posts
hashtags-posts = { $n ->
    [one] in { $n } post
   *[other] in { $n } posts
}
hashtags-median = median of { $value } engagements
hashtags-put = Put in { $tag }

mentions-title = Mention
mentions-search = Name or handle
mentions-nobody = { $account }: nobody is called that there.
mentions-short = { $account }: type { $n } letters of a name or more.
mentions-none = None of the chosen accounts is on a network where people can be looked up from here. Type @ and the name as the network writes it.
emoji-title = Emoji
emoji-search = Search by English name
emoji-group = Group
emoji-none = No emoji is called that.
emoji-group-1 = Smileys and feelings
emoji-group-2 = People
emoji-group-3 = Animals and nature
emoji-group-4 = Food and drink
emoji-group-5 = Travel and places
emoji-group-6 = Activities
emoji-group-7 = Objects
emoji-group-8 = Symbols
emoji-group-9 = Flags
