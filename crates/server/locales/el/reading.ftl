# Numbers.
number-point = ,
number-thousand = { $n } χιλ.
number-million = { $n } εκ.
number-billion = { $n } δισ.
number-percent = { $n }%
number-hours = { $n } ώρ.
number-none = –
number-missing = Δεν το δίνει το δίκτυο
metric-followers = Ακόλουθοι
metric-following = Ακολουθεί
metric-posts = Δημοσιεύσεις
metric-listed = Σε λίστες
metric-views = Προβολές
metric-video_viewers = Θεατές βίντεο
metric-likes = Μου αρέσει
metric-comments = Σχόλια
metric-shares = Κοινοποιήσεις
metric-reposts = Αναδημοσιεύσεις
metric-quotes = Παραθέσεις
metric-saves = Αποθηκεύσεις
metric-sends = Στάλθηκε ιδιωτικά
metric-dislikes = Δεν μου αρέσει
metric-reach = Απήχηση (λογαριασμοί)
metric-engaged_views = Ενεργές προβολές
# Not the engagements that Carillon adds up: the network's own sum.
metric-interactions = Αλληλεπιδράσεις κατά το δίκτυο
metric-engaged_accounts = Λογαριασμοί που αλληλεπίδρασαν
metric-clicks = Κλικ
metric-link_clicks = Κλικ σε συνδέσμους
metric-profile_visits = Επισκέψεις στο προφίλ
metric-profile_actions = Κλικ στα κουμπιά του προφίλ
metric-follows = Νέοι ακόλουθοι
metric-unfollows = Ακόλουθοι που έφυγαν
metric-video_views = Προβολές βίντεο
metric-watch_time = Χρόνος παρακολούθησης
metric-average_watch_time = Μέσος χρόνος παρακολούθησης
metric-average_watched = Μέσο ποσοστό παρακολούθησης
metric-skip_rate = Παράλειψη από την αρχή
metric-navigation = Πατήματα στα story
metric-playlist_adds = Προσθήκες σε λίστες αναπαραγωγής
metric-playlist_removes = Αφαιρέσεις από λίστες αναπαραγωγής
metric-viewers = Θεατές
metric-followers_online = Ακόλουθοι σε σύνδεση
metric-story_replies = Απαντήσεις σε story

# Reading accounts.
connections-followers = ακόλουθοι
connections-read = τελευταία ανάγνωση
connections-unread = οι μετρήσεις δεν διαβάστηκαν ακόμη
sync-now = Συγχρονισμός τώρα
sync-now-for = Συγχρονισμός τώρα: { $name }
sync-read = Τελευταία ανάγνωση
sync-never = Δεν διαβάστηκε ακόμη
sync-until = Συνεχίζει μόνο του:
account-names = Πώς λεγόταν
health-green = Ενημερωμένος
health-amber = Θέλει μια ματιά
health-red = Χωρίς νέες μετρήσεις
health-suspended = Το δίκτυό του δεν αφήνει κανέναν να τον χρησιμοποιήσει τώρα. Δείτε εκεί τι ζητάει και μετά επανασυνδέστε τον· το ιστορικό του μένει.
health-gone = Δεν υπάρχει πια στο δίκτυό του. Αν επέστρεψε ή μετακόμισε, επανασυνδέστε τον· το ιστορικό του μένει.
health-never_read = Οι μετρήσεις του δεν διαβάστηκαν ποτέ. Συγχρονίστε τον τώρα· αν μείνει έτσι, το ιστορικό συγχρονισμού λέει γιατί.
health-stale = Οι μετρήσεις του είναι παλαιότερες από μία ημέρα. Συγχρονίστε τον τώρα· αν μείνει έτσι, το ιστορικό συγχρονισμού λέει γιατί.
health-on_request = Οι μετρήσεις του είναι παλαιότερες από μία ημέρα: διαβάζεται μόνο όταν το ζητήσει κάποιος. Συγχρονίστε τον τώρα.
health-failing = Η ανάγνωσή του αποτυγχάνει εδώ και πάνω από μία ημέρα. Το ιστορικό συγχρονισμού λέει τι δοκιμάστηκε και τι θα βοηθούσε.
sync-state-queued = Στην ουρά
sync-state-waiting = Περιμένει
sync-state-running = Διαβάζεται
sync-state-done = Πλήρης
sync-state-partial = Εν μέρει
sync-state-failed = Απέτυχε
sync-reason-connected = Συνδέθηκε
sync-reason-requested = Ζητήθηκε
sync-reason-told = Το είπε το δίκτυο
sync-reason-scheduled = Βάσει προγράμματος
sync-reason-opened = Άνοιξε η σελίδα
sync-kind = Ζητούμενες δημοσιεύσεις
sync-items = Δημοσιεύσεις που διαβάστηκαν
sync-kind-basic = 30 ημέρες
sync-kind-day = 1 ημέρα
sync-kind-week = 7 ημέρες
sync-kind-month = 30 ημέρες
sync-kind-full = Όλες
sync-ended = Τέλος
sync-reason-continued = Συνεχίστηκε
sync-log = Ιστορικό συγχρονισμού
sync-log-empty = Αυτός ο λογαριασμός δεν διαβάστηκε ακόμη.
sync-when = Πότε
sync-state = Αποτέλεσμα
sync-reason = Λόγος
sync-calls = Κλήσεις
sync-took = Διάρκεια
sync-note = Σημείωση
sync-seconds = { $n } δευτ.
sync-minutes = { $n } λεπ.

# One account.
account-all = Όλοι οι λογαριασμοί
account-totals = Σύνολα
account-budgets = Όρια
account-budgets-lead = Τι χρησιμοποιήθηκε και τι απομένει τώρα, όσο μπορεί να το μετρήσει το Carillon.
account-budget = Όριο
account-budget-used = Χρησιμοποιήθηκαν
account-budget-of = { $used } από { $limit }
account-budget-planned = Στο πρόγραμμα
account-budget-unplanned = Οι προγραμματισμένες δημοσιεύσεις δεν μετριούνται σε αυτές τις μονάδες
account-budget-left = Απομένουν
account-budget-resets = Ανανεώνεται
account-budget-own = Το ημερήσιο όριό σας
account-budget-network = Δημοσιεύσεις την ημέρα κατά το δίκτυο
account-budget-window = Δημοσιεύσεις σε { $n } λεπτά κατά το δίκτυο
# What all accounts on this server share with each other.
budget-uploads = Μεταφορτώσεις την ημέρα, όλων των λογαριασμών σε αυτόν τον διακομιστή
budget-units = Μονάδες ορίου την ημέρα, όλων των λογαριασμών σε αυτόν τον διακομιστή
account-posts = Πρόσφατες δημοσιεύσεις
account-posts-lead = Φτιαγμένες εδώ ή αλλού: έως { $n } δημοσιεύσεις των τελευταίων { $days } ημερών, με τις μετρήσεις που δίνει το δίκτυο.
account-post = Δημοσίευση
account-published = Δημοσιεύτηκε
account-made-here = φτιάχτηκε εδώ
account-vanished = δεν βρέθηκε την τελευταία φορά
account-reading = Ο λογαριασμός διαβάζεται
account-reading-text = Οι δημοσιεύσεις του εμφανίζονται εδώ όσο έρχονται.
account-no-posts = Χωρίς πρόσφατες δημοσιεύσεις
account-no-posts-text = Το δίκτυο δεν δείχνει καμία σε αυτόν τον λογαριασμό.
account-unread = Δεν διαβάστηκε ακόμη
account-unread-text = Συγχρονίστε τον λογαριασμό για να δείτε εδώ τις δημοσιεύσεις και τις μετρήσεις του.

# What networks tell the owner.
insights = Στατιστικά
insights-lead = Όσα δείχνει το δίκτυο μόνο στον ιδιοκτήτη: οι τελευταίες { $days } ημέρες, έως την αρχή της σημερινής.
insights-post-lead = Όσα δείχνει το δίκτυο μόνο στον ιδιοκτήτη, από τότε που έγινε η δημοσίευση.
insights-thread = Σε νήμα, αυτές είναι οι μετρήσεις του πρώτου μέρους του.
insights-ask = Εμφάνιση στατιστικών
insights-as-of = Το είπε το δίκτυο
insights-back = Πίσω
insights-metric = Μέτρηση
insights-value = Τιμή
insights-time = Διάστημα
insights-whole = όλο το διάστημα
insights-so-far = έως τώρα
insights-gaps = από κάποιες ημέρες λείπουν δεδομένα
insights-source = { $unit }, από { $source }
insights-by = { $metric } ανά { $dimension }
insights-more = { $n ->
    [one] Μία τιμή ακόμη δεν εμφανίζεται.
   *[other] { $n } τιμές ακόμη δεν εμφανίζονται.
}
insights-missing = Δεν δόθηκαν αυτή τη φορά
insights-silent = Το δίκτυο δεν έδωσε δεδομένα για:
insights-none = Χωρίς μετρήσεις
insights-none-text = Το δίκτυο δεν είπε τίποτα. Κάποια δίκτυα δείχνουν μετρήσεις για λίγες μόνο ημέρες, άλλα χρειάζονται μία ή δύο ημέρες, άλλα έναν αριθμό ακολούθων.

networks = Πώς λειτουργούν τα δίκτυα
networks-lead = Τι διαβάστηκε και τι δημοσιεύτηκε τις τελευταίες { $n } ημέρες, και τι είναι σε παύση για την ώρα επειδή απέτυχε ξανά και ξανά.
networks-table = Δίκτυα
networks-network = Δίκτυο
networks-stands = Τώρα
networks-reading = Ανάγνωση μετρήσεων
networks-publishing = Δημοσίευση
networks-none = Δεν υπάρχουν ακόμη δίκτυα
networks-none-text = Συνδέστε έναν λογαριασμό και αυτή η σελίδα θα λέει πόσο καλά λειτουργεί το δίκτυό του.
networks-accounts = { $n ->
    [one] { $n } λογαριασμός
   *[other] { $n } λογαριασμοί
}
networks-well = Λειτουργεί
networks-quiet = Δεν δοκιμάστηκε τίποτα
networks-trouble = Κάποια απέτυχαν
networks-badly = Τα περισσότερα απέτυχαν
networks-left-alone = Σε παύση για την ώρα
networks-left-alone-one = { $n ->
    [one] { $what }: απέτυχε ξανά και ξανά, και δοκιμάζεται πάλι σύντομα.
   *[other] { $what }: απέτυχε ξανά και ξανά σε { $n } διακομιστές, και δοκιμάζεται πάλι σύντομα.
}
errand-sign_in = Σύνδεση
errand-profile = Ανάγνωση του προφίλ
errand-posts = Ανάγνωση δημοσιεύσεων
errand-numbers = Ανάγνωση μετρήσεων
errand-files = Αποστολή αρχείων
errand-publish = Δημοσίευση
errand-comments = Ανάγνωση και συγγραφή σχολίων
errand-edit = Αλλαγή δημοσιεύσεων
errand-delete = Διαγραφή δημοσιεύσεων
errand-other = Κάτι άλλο
networks-share = { $n }%
networks-count = { $good } από { $n }
networks-last = Τελευταία επιτυχία
networks-error = { $what }: { $n }
error-kind-transient = Εκτός λειτουργίας ή με βλάβη για λίγο
error-kind-rate_limited = Συμπληρώθηκε ένα όριο
error-kind-auth_expired = Η σύνδεση είχε λήξει
error-kind-auth_revoked = Η σύνδεση δεν υπάρχει πια
error-kind-permission_missing = Λείπει μια άδεια
error-kind-rejected = Απορρίφθηκε
error-kind-not_ready = Δεν ετοιμάστηκε εγκαίρως
error-kind-ambiguous = Καμία απάντηση που να λέει τι έγινε
