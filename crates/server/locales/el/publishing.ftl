# Navigation.
nav-calendar = Ημερολόγιο
nav-posts = Δημοσιεύσεις
nav-compose = Σύνταξη
nav-connections = Συνδέσεις
nav-library = Βιβλιοθήκη

# Calendar.
calendar-turn = Αλλαγή περιόδου
calendar-before = Πριν
calendar-after = Μετά
calendar-today = Σήμερα
calendar-view = Προβολή
calendar-month = Μήνας
calendar-week = Εβδομάδα
calendar-day = Ημέρα
calendar-list = Λίστα
# The month comes as in a heading (Νοέμβριος), so it stands by itself.
calendar-day-title = { $weekday } { $day } · { $month } { $year }
calendar-add = Σύνταξη για { $day }
calendar-more = + { $n } ακόμη
calendar-too-full = Αυτές οι εβδομάδες έχουν περισσότερες δημοσιεύσεις από όσες χωρούν σε αυτή τη σελίδα. Ανοίξτε μία μόνο εβδομάδα για να δείτε όλες τις δημοσιεύσεις της.
calendar-zone = Ώρες στη ζώνη { $zone }
calendar-empty = Δεν υπάρχει κάτι στο πρόγραμμα εδώ
calendar-empty-text = Οι δημοσιεύσεις που προγραμματίζετε εμφανίζονται στην ημέρα τους.
calendar-nothing-fits = Καμία δημοσίευση εδώ δεν ταιριάζει
calendar-nothing-fits-text = Τα φίλτρα ίσως αφήνουν έξω άλλες δημοσιεύσεις. Διαλέξτε άλλα ή εμφανίστε όλες τις δημοσιεύσεις.
calendar-yours = { $time } στη ζώνη { $zone }
calendar-filters = Φίλτρα και χρώματα
calendar-state = Κατάσταση
calendar-every-state = Κάθε κατάσταση
calendar-clear = Εμφάνιση όλων των δημοσιεύσεων
calendar-colour = Χρώμα
calendar-colour-state = Ανά κατάσταση
calendar-colour-network = Ανά δίκτυο
calendar-drafts = Πρόχειρα χωρίς ώρα
calendar-no-drafts = Κανένα.
calendar-all-drafts = Όλα τα πρόχειρα
calendar-how = Σύρετε μια δημοσίευση σε άλλη ημέρα ή πατήστε M επάνω της και διαλέξτε με τα βέλη. Ένα πρόχειρο παίρνει έτσι ώρα και παραμένει πρόχειρο. Πατήστε μια κενή θέση για να συντάξετε δημοσίευση για εκείνη την ώρα.
calendar-key-move = Μετακίνηση της δημοσίευσης που έχει την εστίαση
calendar-held = Την κρατάτε. Διαλέξτε με τα βέλη· με Enter μένει εκεί, με Escape γυρίζει εκεί όπου ήταν.
calendar-dropped = Έμεινε εκεί όπου ήταν.
calendar-moved = Μεταφέρθηκε: { $time }.
calendar-back = Αναίρεση
calendar-ask = { $why } Να μεταφερθεί παρ’ όλα αυτά;
calendar-offline = Δεν υπάρχει επικοινωνία με τον διακομιστή, γι’ αυτό δεν μεταφέρθηκε τίποτα. Ελέγξτε τη σύνδεσή σας στο διαδίκτυο και δοκιμάστε ξανά.
weekday-1 = Δευ
weekday-2 = Τρί
weekday-3 = Τετ
weekday-4 = Πέμ
weekday-5 = Παρ
weekday-6 = Σάβ
weekday-7 = Κυρ
month-long-1 = Ιανουάριος
month-long-2 = Φεβρουάριος
month-long-3 = Μάρτιος
month-long-4 = Απρίλιος
month-long-5 = Μάιος
month-long-6 = Ιούνιος
month-long-7 = Ιούλιος
month-long-8 = Αύγουστος
month-long-9 = Σεπτέμβριος
month-long-10 = Οκτώβριος
month-long-11 = Νοέμβριος
month-long-12 = Δεκέμβριος

# How posts and publications stand.
status-draft = Πρόχειρο
status-in_review = Σε έλεγχο
status-approved = Εγκρίθηκε
status-scheduled = Προγραμματισμένη
status-publishing = Δημοσιεύεται
status-published = Δημοσιεύτηκε
# Only a person can make it public, in the network's app.
status-inbox = Στα εισερχόμενα της εφαρμογής
status-partly-inbox = Εν μέρει στα εισερχόμενα της εφαρμογής
status-partially_published = Δημοσιεύτηκε εν μέρει
status-failed = Απέτυχε
status-unconfirmed = Ανεπιβεβαίωτη
status-held = Σε αναμονή
status-canceled = Ακυρώθηκε
held-overdue = Καθυστέρησε πολύ για να δημοσιευτεί χωρίς εσάς. Δημοσιεύστε την τώρα ή μεταφέρετέ την.
held-reauth = Ο λογαριασμός θέλει επανασύνδεση. Μετά δημοσιεύεται μόνη της, αν δεν είναι πολύ αργά.
held-cap = Συμπληρώθηκε το ημερήσιο όριο του λογαριασμού.
held-platform_off = Αυτό το δίκτυο είναι απενεργοποιημένο σε αυτόν τον διακομιστή.

# The list of posts.
posts-all = Όλες
posts-search = Αναζήτηση δημοσιεύσεων
posts-filter = Φίλτρο κατάστασης
posts-empty = Δεν υπάρχουν ακόμη δημοσιεύσεις
posts-empty-text = Γράψτε την πρώτη: για τώρα, για αργότερα ή ως πρόχειρο.
posts-none-found = Δεν βρέθηκε τίποτα
posts-none-found-text = Καμία δημοσίευση δεν ταιριάζει σε αυτό το φίλτρο.
older = Παλαιότερα
overdue-title = { $n ->
    [one] { $n } δημοσίευση καθυστέρησε πολύ και δεν φεύγει μόνη της
   *[other] { $n } δημοσιεύσεις καθυστέρησαν πολύ και δεν φεύγουν μόνες τους
}
overdue-text = Ο διακομιστής ήταν κλειστός ή ένας λογαριασμός είχε αποσυνδεθεί. Δείτε πρώτα τη λίστα: ό,τι δεν ισχύει πια μπορεί να αλλάξει ή να ακυρωθεί.
overdue-publish = Δημοσίευση όλων τώρα
overdue-confirm = { $n ->
    [one] Να δημοσιευτεί τώρα { $n } εκπρόθεσμη δημοσίευση;
   *[other] Να δημοσιευτούν τώρα και οι { $n } εκπρόθεσμες δημοσιεύσεις;
}
overdue-released = { $n ->
    [0] Δεν υπήρχε πια τίποτα εκπρόθεσμο.
    [one] { $n } δημοσίευση φεύγει τώρα.
   *[other] { $n } δημοσιεύσεις φεύγουν τώρα.
}
post-no-text = (χωρίς κείμενο)
post-no-time = Χωρίς ώρα

# One post.
post-title = Δημοσίευση
post-content = Περιεχόμενο
post-edit = Επεξεργασία
post-cancel = Ακύρωση δημοσίευσης
post-cancel-confirm = Να ακυρωθεί αυτή η δημοσίευση; Ό,τι δεν στάλθηκε ακόμη δεν θα σταλεί.
post-delete-remote = Διαγραφή από τα δίκτυα
post-delete-remote-confirm = Να διαγραφεί αυτή η δημοσίευση από όπου είναι δημόσια; Ό,τι δεν στάλθηκε ακόμη δεν θα σταλεί. Δεν υπάρχει αναίρεση.
post-deleted-remote = Διαγράφηκε από τα δίκτυα.
post-deleted = διαγράφηκε εκεί στις
post-trash = Διαγραφή προχείρου
post-trash-confirm = Να μεταφερθεί αυτό το πρόχειρο στον κάδο; Μπορεί να επανέλθει για 30 ημέρες.
post-first-comment = Πρώτο σχόλιο:
post-published = Δημοσιεύτηκε στις
post-in-inbox-since = Στα εισερχόμενα από τις
post-in-inbox = Περιμένει στα εισερχόμενα της εφαρμογής { $network } και δεν είναι ακόμη δημόσια. Ολοκληρώστε την εκεί.
post-due = Προγραμματισμένη για τις
post-next = επόμενο βήμα στις
post-see = Δείτε την
post-incomplete = Η δημοσίευση είναι δημόσια, αλλά λείπει ένα μέρος της.
post-erased = Ένας λογαριασμός όπου πήγε αυτή η δημοσίευση αφαιρέθηκε μαζί με το ιστορικό του, οπότε η δημοσίευση δεν αλλάζει πια.
post-files-gone = { $n ->
    [one] Ένα αρχείο αυτής της δημοσίευσης δεν είναι πια στη βιβλιοθήκη. Βγάλτε το από τον κάδο αν είναι ακόμη εκεί· ό,τι αποθηκεύεται στη σύνταξη φεύγει χωρίς αυτό.
   *[other] { $n } αρχεία αυτής της δημοσίευσης δεν είναι πια στη βιβλιοθήκη. Βγάλτε τα από τον κάδο αν είναι ακόμη εκεί· ό,τι αποθηκεύεται στη σύνταξη φεύγει χωρίς αυτά.
}
post-said = Το δίκτυο είπε:
post-evidence = Τι είδε το Carillon:
post-part = Μέρος { $n }
post-retry = Δοκιμή ξανά
post-publish-now = Δημοσίευση τώρα
post-edited = άλλαξε στις
post-edit-public = Επεξεργασία στο δίκτυο
post-edit-public-lead = Ο κόσμος διαβάζει το νέο κείμενο μόλις το δεχτεί το δίκτυο. Εικόνες, βίντεο και επιλογές μένουν όπως είναι.
post-edit-public-text = Νέο κείμενο
post-edit-public-save = Αλλαγή εκεί
post-resolve-lead = Η απάντηση του δικτύου χάθηκε και το Carillon δεν μπόρεσε να μάθει αν η δημοσίευση είναι δημόσια. Κοιτάξτε τον λογαριασμό.
post-resolve-link = Σύνδεσμος της δημοσίευσης, αν τη βρήκατε
post-resolve-public = Είναι δημόσια
post-resolve-absent = Δεν είναι δημόσια, να σταλεί ξανά
post-attempts = { $n ->
    [one] { $n } προσπάθεια
   *[other] { $n } προσπάθειες
}
post-attempt = Προσπάθεια { $n },
post-attempt-steps = Κλήσεις της προσπάθειας { $n }
outcome-published = δημοσιεύτηκε
outcome-retry = επαναλήφθηκε αργότερα
outcome-failed = απέτυχε
outcome-held = μπήκε σε αναμονή
outcome-unconfirmed = ανεπιβεβαίωτη
outcome-incomplete = ελλιπής
step-time = Ώρα
step-operation = Κλήση
step-answer = Απάντηση
step-duration = Διάρκεια
step-none = καμία
step-request-id = Το αναγνωριστικό που έδωσε το δίκτυο σε αυτό το αίτημα:
step-ms = { $n } ms
account-gone = Ο λογαριασμός αφαιρέθηκε

# Composing.
compose-new = Νέα δημοσίευση
compose-edit = Επεξεργασία δημοσίευσης
compose-settled = Αυτή η δημοσίευση δεν αλλάζει πια
compose-settled-out = Είναι δημόσια, ή ίσως είναι: κάποιο δίκτυο την έχει ή δεν απάντησε αν την έχει.
compose-settled-erased = Είναι δημόσια, ή ίσως είναι, σε λογαριασμό που αφαιρέθηκε μαζί με το ιστορικό του.
compose-settled-gone = Διαγράφηκε. Ό,τι γράψατε γι’ αυτήν μπορεί να γίνει νέα δημοσίευση.
compose-settled-back = Επιστροφή στη δημοσίευση
compose-text = Κείμενο
compose-kept = Ό,τι γράψατε είναι ακόμη εδώ.
compose-overtaken = Κάποιος άλλος άλλαξε αυτή τη δημοσίευση όσο γράφατε, γι’ αυτό η δική σας δεν αποθηκεύτηκε ακόμη. Είναι στη φόρμα παρακάτω· από πάνω της είναι ό,τι αποθήκευσε ο άλλος. Αποθηκεύστε ξανά για να μπει η δική σας στη θέση της.
compose-theirs = Τι αποθήκευσε κάποιος άλλος
compose-theirs-nothing = Τίποτα
kept-title = Γράψατε κάτι εδώ που δεν αποθηκεύτηκε
kept-back = Επαναφορά
kept-as-new = Νέα δημοσίευση με αυτό
kept-drop = Απόρριψη
kept-nothing = Χωρίς κείμενο ακόμη
kept-keeping = Ό,τι γράφετε φυλάσσεται για εσάς μέχρι να το αποθηκεύσετε, για έως 30 ημέρες, ακόμη κι αν κλείσετε αυτή τη σελίδα ή κάνετε έξοδο. Κανείς άλλος δεν το βλέπει.
compose-media = Εικόνες, βίντεο και έγγραφα
compose-more = Νήμα και πρώτο σχόλιο
compose-seconds = Δευτερόλεπτα
compose-part = Επόμενο μέρος
compose-part-add = Προσθήκη μέρους
compose-split = Χωρισμός σε νήμα
compose-part-remove = Αφαίρεση αυτού του μέρους
compose-first-comment = Πρώτο σχόλιο
compose-accounts = Πού δημοσιεύεται
compose-no-accounts = Δεν υπάρχουν ακόμη συνδεδεμένοι λογαριασμοί.
compose-unusable = θέλει επανασύνδεση
compose-own = Διαφορετικά σε αυτόν τον λογαριασμό
compose-own-follows = Ακολουθεί το παραπάνω κείμενο
compose-own-differs = Έχει δικό του κείμενο
compose-longest-video = Το { $network } δέχεται από αυτόν τον λογαριασμό βίντεο έως { $length } λεπτών.
compose-own-media = Άλλα αρχεία εδώ
compose-own-text = Κείμενο για αυτόν τον λογαριασμό· κενό για το παραπάνω κείμενο
media-add = Προσθήκη εικόνων, βίντεο ή εγγράφου
media-from-library = Από τη βιβλιοθήκη
poll-answer = Απάντηση { $n }
poll-runs = Διάρκεια
poll-multiple = Επιτρέπονται πολλές απαντήσεις
days = { $n ->
    [one] { $n } ημέρα
   *[other] { $n } ημέρες
}
hours = { $n ->
    [one] { $n } ώρα
   *[other] { $n } ώρες
}
compose-check = Έλεγχος
compose-check-hint = Διαλέξτε λογαριασμούς για να δείτε πώς μετράει κάθε δίκτυο και τι θα απέρριπτε.
compose-check-good = Εντάξει
preview-title = Προεπισκόπηση
preview-other = Στην άλλη εμφάνιση
preview-hint = Διαλέξτε λογαριασμούς για να δείτε πώς θα φαίνεται η δημοσίευση σε κάθε δίκτυο.
preview-unsaid = Το { $network } κρύβει το τέλος των μεγάλων κειμένων πίσω από μια λέξη που πατιέται. Από ποιο σημείο, δεν το λέει.
preview-cut = Το { $network } δείχνει περίπου τόσο πριν πατήσει κάποιος για τη συνέχεια.
preview-no-alt = Αρχείο χωρίς περιγραφή
compose-fit = Δημιουργία αντιγράφου που ταιριάζει στο { $network }
compose-fit-of = Δημιουργία αντιγράφου του { $name } που ταιριάζει στο { $network }
compose-fit-pad = Δημιουργία αντιγράφου με περιθώριο που ταιριάζει στο { $network }
compose-fit-pad-of = Δημιουργία αντιγράφου του { $name } με περιθώριο που ταιριάζει στο { $network }
compose-fit-crop = Δημιουργία περικομμένου αντιγράφου που ταιριάζει στο { $network }
compose-fit-crop-of = Δημιουργία περικομμένου αντιγράφου του { $name } που ταιριάζει στο { $network }
compose-fit-all = Δημιουργία αντιγράφων που ταιριάζουν στο { $network }
compose-fit-made = Το { $name } είναι ένα αντίγραφο που ταιριάζει στο { $network }. Το παίρνει ο λογαριασμός { $handle }· το πρωτότυπο μένει για τους άλλους λογαριασμούς.
compose-fit-making = Δημιουργείται ένα αντίγραφο του βίντεο που ταιριάζει στο { $network }. Μπορεί να δημοσιευτεί από τον λογαριασμό { $handle } μόλις είναι έτοιμο· αποθηκεύστε ένα πρόχειρο αν δεν θέλετε να περιμένετε.
compose-fit-nothing = Κανένα αρχείο δεν χρειάζεται αντίγραφο που θα μπορούσε να γίνει. Ο έλεγχος λέει τι εμποδίζει το καθένα.
compose-fit-part = Αυτό το αρχείο είναι σε επόμενο μέρος του νήματος. Ανοίξτε τη δημοσίευση στη σύνταξη για να βάλετε ένα αντίγραφο στη θέση του.
compose-fit-no-account = Διαλέξτε πρώτα τον λογαριασμό και μετά ζητήστε αντίγραφα για αυτόν.
compose-when = Πότε
compose-time = Ημερομηνία και ώρα
compose-zone = Ζώνη ώρας
compose-clock-yours = Στο δικό σας ρολόι ({ $zone }): { $time }
compose-clock-workspace = Στο ρολόι του χώρου εργασίας ({ $zone }): { $time }
compose-undescribed = { $n ->
    [one] Μία εικόνα δεν έχει περιγραφή. Πείτε τι δείχνει, για όσους δεν τη βλέπουν.
   *[other] { $n } εικόνες δεν έχουν περιγραφή. Πείτε τι δείχνουν, για όσους δεν τις βλέπουν.
}
compose-fold = Εκείνη τη νύχτα τα ρολόγια γυρίζουν πίσω. Ποια από τις δύο ώρες εννοείτε;
compose-fold-first = { $time }, πριν γυρίσουν πίσω τα ρολόγια
compose-fold-second = { $time }, αφού γυρίσουν πίσω τα ρολόγια
compose-gap = Εκείνη τη νύχτα τα ρολόγια πάνε μπροστά. Να μπει η επόμενη ώρα που υπάρχει;
compose-gap-next = { $time }
slots-choose = Διαλέξτε λογαριασμούς για να δείτε πότε πάνε καλύτερα οι δημοσιεύσεις τους.
slots-looking = Αναζήτηση των ωρών που πάνε καλύτερα οι δημοσιεύσεις αυτών των λογαριασμών …
slots-failed = Οι καλύτερες ώρες δεν βρέθηκαν. Διαλέξτε ξανά τους λογαριασμούς για νέα προσπάθεια.
slots-show = Εμφάνιση των επόμενων καλύτερων ωρών
slots-too-many = Διαλέξτε το πολύ { $n } λογαριασμούς για να δείτε πότε πάνε καλύτερα οι δημοσιεύσεις τους.
slots-too-few = Το ιστορικό δεν αρκεί για να προταθεί ώρα: χρειάζονται { $n } δημοσιεύσεις με μετρήσεις που διαβάστηκαν δύο ημέρες μετά τη δημοσίευση ή αργότερα. Το μόνο που υπάρχει είναι η γενική εικόνα του πότε ο κόσμος είναι ξύπνιος, και αυτή δεν είναι συμβουλή για αυτούς τους λογαριασμούς.
slots-have = Έως τώρα: { $accounts }.
slots-own = Από δημοσιεύσεις αυτών των λογαριασμών, και η καλύτερη ώρα ξεχωρίζει. Πρώτη είναι η καλύτερη.
slots-hint = Μια ένδειξη, όχι κάτι παραπάνω: οι δημοσιεύσεις είναι πολύ λίγες για βεβαιότητα ή καμία ώρα δεν ξεχωρίζει.
slots-none = Καμία ώρα της επόμενης εβδομάδας δεν είναι και καλύτερη από τον μέσο όρο και ελεύθερη.
slots-name = { $weekday } { $day } { $month }, { $time }
slots-gain = { $value } φορές ο μέσος όρος, πιθανόν από { $low } έως { $high }
slots-posts = { $n ->
    [one] { $handle } στο { $network }, μία δημοσίευση
   *[other] { $handle } στο { $network }, { $n } δημοσιεύσεις
}
slots-together = { $n } λογαριασμοί, { $posts } δημοσιεύσεις
slots-mean = Ο μέσος όρος των { $accounts }· κάθε λογαριασμός μετράει το ίδιο.
slots-left-out = Δεν μετρήθηκαν, επειδή χρειάζονται { $n } δημοσιεύσεις: { $accounts }.
slots-busy = Ώρες που απέχουν έως μία ώρα από κάτι προγραμματισμένο σε έναν από αυτούς τους λογαριασμούς παραλείπονται.
slots-zone = Με την ώρα της ζώνης { $zone }. Όταν διαλέγετε μία, ορίζεται και η ζώνη ώρας.
compose-schedule = Προγραμματισμός
compose-now = Δημοσίευση τώρα
compose-draft = Αποθήκευση προχείρου
option-usual = Όπως συνήθως
option-on = Ναι
option-not-on = Ναι (ανενεργό στις ρυθμίσεις του λογαριασμού στο δίκτυο)
option-off = Όχι
option-langs = Γλώσσες (όπως en, el)
option-link-card = Προεπισκόπηση του πρώτου συνδέσμου
option-visibility = Ποιοι τη βλέπουν
option-spoiler-text = Προειδοποίηση περιεχομένου
option-sensitive = Ευαίσθητα πολυμέσα
option-language = Γλώσσα
option-reply-settings = Ποιοι μπορούν να απαντήσουν
option-made-with-ai = Φτιάχτηκε με τεχνητή νοημοσύνη
option-paid-partnership = Επί πληρωμή συνεργασία
option-kind = Είδος δημοσίευσης
option-share-to-feed = Και στη ροή
option-collaborators = Συνδημιουργοί
option-thumb-offset = Εξώφυλλο στα (χιλιοστά του δευτερολέπτου)
option-location-id = Αναγνωριστικό τοποθεσίας
option-is-ai-generated = Φτιάχτηκε με τεχνητή νοημοσύνη
option-focus = Σημείο εστίασης της εικόνας
option-poll = Δημοσκόπηση
option-user-tags = Άτομα με ετικέτα
option-cover-url = Εικόνα εξωφύλλου
option-no-reshare = Χωρίς κοινοποίηση από άλλους
option-link = Κάρτα συνδέσμου: διεύθυνση
option-link-title = Κάρτα συνδέσμου: τίτλος
option-link-description = Κάρτα συνδέσμου: περιγραφή
option-media-title = Τίτλος του βίντεο ή του εγγράφου
option-poll-question = Ερώτηση της δημοσκόπησης
option-video-title = Τίτλος του βίντεο
option-title = Τίτλος
option-privacy = Ποιοι τη βλέπουν
option-publish-at = Γίνεται δημόσια από το δίκτυο στις (όπως 2026-12-24T18:00:00Z)
option-made-for-kids = Για παιδιά
option-category = Κατηγορία
option-tags = Ετικέτες
option-playlist = Λίστα αναπαραγωγής (αναγνωριστικό ή διεύθυνση)
option-notify-subscribers = Ειδοποίηση συνδρομητών
option-embeddable = Άλλοι μπορούν να το ενσωματώσουν
option-license = Άδεια χρήσης
option-synthetic-media = Δείχνει αλλοιωμένες ή συνθετικές σκηνές
option-paid-promotion = Επί πληρωμή προώθηση
option-mode = Πώς δημοσιεύεται
option-allow-comments = Άλλοι μπορούν να σχολιάσουν
option-allow-duet = Άλλοι μπορούν να κάνουν Duet
option-allow-stitch = Άλλοι μπορούν να κάνουν Stitch
option-cover-picture = Εξώφυλλο (αριθμός της εικόνας)
option-auto-music = Προσθήκη μουσικής
option-own-brand = Προωθεί τη δική σας επιχείρηση
option-reply-control = Ποιοι μπορούν να απαντήσουν
option-topic-tag = Θέμα
option-link-attachment = Κάρτα συνδέσμου: διεύθυνση
option-quote-post-id = Δημοσίευση που παρατίθεται (ο αριθμός της)
option-gif-id = GIF του GIPHY (το αναγνωριστικό του)
option-text-attachment = Συνημμένο μεγάλο κείμενο
option-is-spoiler-media = Απόκρυψη των πολυμέσων ως spoiler
option-is-ghost-post = Εξαφανίζεται μετά από μία ημέρα
value-visibility-public = Όλοι
value-visibility-unlisted = Όλοι, όχι στα χρονολόγια
value-visibility-private = Ακόλουθοι
value-visibility-direct = Άτομα που αναφέρονται
value-visibility-connections = Μόνο επαφές
value-visibility-logged_in = Όποιος έχει συνδεθεί
value-reply-settings-everyone = Όλοι
value-reply-settings-following = Άτομα που ακολουθεί ο λογαριασμός
value-reply-settings-mentionedUsers = Άτομα που αναφέρονται
value-reply-settings-subscribers = Συνδρομητές
value-reply-settings-verified = Επαληθευμένοι λογαριασμοί
value-reply-control-everyone = Όλοι
value-reply-control-accounts_you_follow = Άτομα που ακολουθεί ο λογαριασμός
value-reply-control-mentioned_only = Άτομα που αναφέρονται
value-reply-control-parent_post_author_only = Μόνο ο συντάκτης της δημοσίευσης που απαντιέται
value-reply-control-followers_only = Ακόλουθοι
value-kind-auto = Ό,τι υποδεικνύουν τα αρχεία
value-kind-post = Δημοσίευση
value-kind-image = Εικόνα
value-kind-carousel = Καρουζέλ
value-kind-reel = Reel
value-kind-story = Story
value-kind-video = Βίντεο
value-kind-short = Short
value-privacy-public = Όλοι
value-privacy-unlisted = Όποιος έχει τη διεύθυνση
value-privacy-private = Κανείς άλλος
value-category-22 = Άτομα και ιστολόγια
value-category-1 = Ταινίες και κινούμενα σχέδια
value-category-2 = Αυτοκίνητα και οχήματα
value-category-10 = Μουσική
value-category-15 = Κατοικίδια και ζώα
value-category-17 = Αθλήματα
value-category-19 = Ταξίδια και εκδηλώσεις
value-category-20 = Παιχνίδια
value-category-23 = Κωμωδία
value-category-24 = Ψυχαγωγία
value-category-25 = Ειδήσεις και πολιτική
value-category-26 = Οδηγίες και στιλ
value-category-27 = Εκπαίδευση
value-category-28 = Επιστήμη και τεχνολογία
value-category-29 = Μη κερδοσκοπικές οργανώσεις και ακτιβισμός
value-license-youtube = Η συνηθισμένη του δικτύου
value-license-creativeCommon = Creative Commons (αναφορά δημιουργού)
value-mode-direct = Δημοσιεύεται αμέσως
value-mode-inbox = Ως πρόχειρο στην εφαρμογή του δικτύου
value-privacy-choose = Επιλέξτε
value-privacy-followers = Ακόλουθοι
value-privacy-friends = Φίλοι
value-flavour-instagram = Με Instagram
value-flavour-facebook = Με Facebook
value-flavour-member = Ως μέλος
value-flavour-organization = Για σελίδες
value-flavour-google = Με Google
value-flavour-threads = Με Threads

# Connections.
connections-accounts = Οι λογαριασμοί σας
connections-empty = Δεν υπάρχουν ακόμη λογαριασμοί
connections-empty-text = Συνδέστε έναν παρακάτω. Η είσοδος γίνεται στη σελίδα του ίδιου του δικτύου και το Carillon δεν βλέπει ποτέ τον κωδικό πρόσβασής σας.
connections-add = Σύνδεση λογαριασμού
connections-connect = Σύνδεση
connections-go-on = Συνέχεια
connections-connected = Ο λογαριασμός συνδέθηκε.
connections-reconnect = Επανασύνδεση
connections-disconnect = Αποσύνδεση
connections-disconnect-confirm = Να αποσυνδεθεί ο λογαριασμός { $name }; Ό,τι είναι προγραμματισμένο εκεί θα περιμένει. Το ιστορικό του μένει.
connections-since = σύνδεση
connections-cap = { $n } την ημέρα
connections-ends = Η σύνδεση λήγει στις
connections-at-risk = Δημοσιεύσεις που κινδυνεύουν
connections-at-risk-text = Η σύνδεση του λογαριασμού θα έχει λήξει όταν έρθει η ώρα τους. Επανασυνδέστε τον νωρίτερα.
account-status-connected = Συνδεδεμένος
account-status-needs_reconnect = Θέλει επανασύνδεση
account-status-disconnected = Αποσυνδεδεμένος
connect-lead-password = Με έναν κωδικό εφαρμογής από τις ρυθμίσεις του δικτύου.
connect-lead-server = Σε οποιονδήποτε διακομιστή: η είσοδος γίνεται στη δική του σελίδα.
connect-lead-page = Η είσοδος γίνεται στη σελίδα του ίδιου του δικτύου.
connect-unset = Αυτός ο διακομιστής δεν έχει ακόμη διαπιστευτήρια εφαρμογής για αυτό. Οι σημειώσεις παρακάτω λένε πώς θα τα αποκτήσετε.
connect-guide = Πώς ρυθμίζεται το { $platform }
connect-address-callback = Διεύθυνση επιστροφής που δηλώνετε στην εφαρμογή σας
connect-address-webhook = Webhooks, αν θέλετε τα νέα αμέσως (προαιρετικά)
connect-address-deauthorize = Διεύθυνση ανάκλησης άδειας
connect-address-deletion = Διεύθυνση διαγραφής δεδομένων
deletion-title = Διαγραφή των δεδομένων σας
deletion-done = Διαγράφηκαν όλα όσα φυλάσσονταν εδώ για τον λογαριασμό σας στο { $network }: η πρόσβαση που δώσατε, όσα διαβάστηκαν και η καταγραφή όσων δημοσιεύτηκαν. Ό,τι είναι δημόσιο στο { $network } μένει εκεί μέχρι να το διαγράψετε εκεί.
deletion-open = Διαγράφονται όσα φυλάσσονται εδώ για τον λογαριασμό σας στο { $network }. Μπορεί να πάρει μία ώρα· κοιτάξτε ξανά αργότερα.
deletion-none = Δεν βρέθηκε εδώ δική σας σύνδεση από το { $network }, οπότε δεν υπήρχε κάτι να διαγραφεί. Αν πιστεύετε ότι υπάρχει, γράψτε σε όποιον διαχειρίζεται αυτόν τον διακομιστή.
deletion-requested = Ζητήθηκε
deletion-finished = Διαγράφηκε
connect-server = Διακομιστής
connect-server-hint = Ο διακομιστής του λογαριασμού σας, όπως mastodon.social.
connect-server-simulated = Τα δίκτυα εδώ είναι προσομοίωση, οπότε δώστε έναν από τους διακομιστές τους, όπως { $server }.
connect-server-empty = Αφήστε το κενό: το όνομα χρήστη σας λέει πού είναι ο λογαριασμός σας.
connect-server-found = Αφήστε το κενό: το όνομα χρήστη σας λέει πού είναι ο λογαριασμός σας, και μια διεύθυνση email σημαίνει { $server }.
connect-identifier = Όνομα χρήστη ή email
connect-app-password = Κωδικός εφαρμογής
connect-app-password-hint = Φτιάξτε έναν στις ρυθμίσεις του δικτύου. Δεν είναι ο δικός σας κωδικός πρόσβασης, και μπορείτε να τον καταργήσετε εκεί.
connect-flavour = Είσοδος
connected-title = Συνδέθηκε
connected-text = Μπορείτε να κλείσετε αυτή τη σελίδα.
connected-failed = Δεν συνδέθηκε
connected-back = Επιστροφή στο Carillon
choose-title = Επιλογή λογαριασμών
choose-lead = Κάνατε μία είσοδο και μπορείτε να χρησιμοποιήσετε πολλούς λογαριασμούς. Διαλέξτε με ποιους θα δουλεύει το Carillon.

# The library.
library-filter = Φίλτρο είδους
library-empty = Δεν υπάρχουν ακόμη εικόνες, βίντεο ή έγγραφα
library-empty-text = Ανεβάστε μερικά εδώ ή όσο γράφετε μια δημοσίευση. Από τις εικόνες και τα βίντεο αφαιρούνται η τοποθεσία και άλλα κρυφά δεδομένα· τα έγγραφα μένουν όπως είναι.
library-no-alt = Χωρίς περιγραφή
library-type = Τύπος
library-size = Μέγεθος
library-pixels = Εικονοστοιχεία
library-length = Διάρκεια
library-pages = Σελίδες
library-open = Άνοιγμα του εγγράφου
library-added = Προστέθηκε
library-alt = Περιγραφή
library-alt-hint = Διαβάζεται σε όσους δεν μπορούν να το δουν, στα δίκτυα που τη δέχονται.
library-use = Χρήση σε δημοσίευση
library-delete = Διαγραφή
library-made = Για το { $network }
library-made-from = από
library-copies = Αντίγραφα για δίκτυα
tile-making = Δημιουργείται: { $percent }%
library-delete-confirm = Να διαγραφεί το «{ $name }» από τη βιβλιοθήκη; Μένει στον κάδο για 30 ημέρες. Οι δημοσιεύσεις όπου χρησιμοποιήθηκε το κρατούν.
kinds-image = Εικόνες
kinds-gif = GIF
kinds-video = Βίντεο
kinds-document = Έγγραφα
media-gif = GIF
media-video = Βίντεο
media-document = Έγγραφο
media-pages = { $pages ->
    [one] { $pages } σελίδα
   *[other] { $pages } σελίδες
}
upload-drop = Αφήστε εδώ εικόνες, βίντεο και έγγραφα, ή
upload-choose = επιλέξτε αρχεία
upload-send = Μεταφόρτωση
upload-failed = δεν μεταφορτώθηκε
pick-title = Από τη βιβλιοθήκη
pick-add = Προσθήκη
pick-empty = Η βιβλιοθήκη είναι κενή.
tile-earlier = Μετακίνηση πιο μπροστά
tile-later = Μετακίνηση πιο πίσω
tile-remove = Αφαίρεση του { $name }
tile-alt = Περιγραφή του { $name }
tile-alt-placeholder = Περιγράψτε το για όσους δεν μπορούν να το δουν
