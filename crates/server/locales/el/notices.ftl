# What needs a person, and what is good to know.
notices = Ειδοποιήσεις
notices-lead = Ό,τι περιμένει κάποιον λέγεται μία φορά και μένει ανοιχτό μέχρι να διευθετηθεί. Ό,τι είναι μόνο για ενημέρωση κλείνει μετά από μία ημέρα.
notices-filter = Εμφάνιση
notices-all = Όλες
notices-needing = Περιμένουν κάποιον
notices-news = Για ενημέρωση
notices-choose = Επιλογή όσων μαθαίνετε
notices-no-news = Κανένα νέο
notices-no-news-text = Εδώ θα βρείτε ό,τι δημοσιεύτηκε, ημέρες που σχεδόν γέμισαν και αναφορές που είναι έτοιμες.
notices-none = Δεν χρειάζεται να κάνετε τίποτα
notices-none-text = Όταν ένας λογαριασμός θέλει επανασύνδεση ή μια δημοσίευση δεν μπορεί να γίνει, θα το δείτε εδώ.
notices-read = Σήμανση ως αναγνωσμένης
notices-read-all = Σήμανση όλων ως αναγνωσμένων
notices-open = Ανοιχτή
notices-settled = Διευθετήθηκε
notices-new = Νέα
notices-seen = Αναγνωσμένη
notices-unread = { $n ->
    [one] { $n } μη αναγνωσμένη ειδοποίηση
   *[other] { $n } μη αναγνωσμένες ειδοποιήσεις
}
notices-unread-news = { $n ->
    [one] { $n } νέα ειδοποίηση που δεν περιμένει κανέναν
   *[other] { $n } νέες ειδοποιήσεις που δεν περιμένουν κανέναν
}
notice-signed_out = Ένας λογαριασμός θέλει επανασύνδεση
notice-login_ends = Η σύνδεση ενός λογαριασμού λήγει σύντομα
notice-reading_fails = Ένας λογαριασμός δεν μπόρεσε να διαβαστεί για μία ημέρα
notice-failed = Μια δημοσίευση απέτυχε
notice-unconfirmed = Δεν είναι βέβαιο αν μια δημοσίευση είναι δημόσια
notice-held = Μια δημοσίευση είναι σε αναμονή
notice-incomplete = Λείπει ένα μέρος μιας δημοσίευσης
notice-unscheduled = Μια δημοσίευση σειράς δεν μπόρεσε να προγραμματιστεί
notice-published = Μια δημοσίευση είναι δημόσια
notice-cap_near = Η ημέρα ενός λογαριασμού σχεδόν γέμισε
notice-report_ready = Μια αναφορά είναι έτοιμη

# What somebody hears of, and by which ways.
settings-notices = Τι μαθαίνετε
hearing-needs = Ό,τι περιμένει κάποιον
hearing-needs-lead = Μένει ανοιχτό μέχρι να το διευθετήσει κάποιος. Email για όσα δεν έχετε διαβάσει έρχονται το πολύ μία φορά την ώρα.
hearing-news = Για ενημέρωση
hearing-news-lead = Κανείς δεν χρειάζεται να κάνει κάτι και κλείνει μετά από μία ημέρα. Το email για όσα δεν έχετε διαβάσει έρχεται το πρωί.
hearing-in-app = Στην εφαρμογή
hearing-by-mail = Με email
hearing-stays = Οι ιδιοκτήτες το μαθαίνουν πάντα στην εφαρμογή, ώστε να το ξέρει κάποιος.
hearing-no-mail = Αυτός ο διακομιστής δεν στέλνει email.
hearing-stopped = Έχετε σταματήσει όλα τα email:
hearing-none = Εδώ δεν έχετε ειδοποιήσεις
hearing-none-text = Κάποιος με τον ρόλο σας δεν μαθαίνει τίποτα από όσα συμβαίνουν σε αυτόν τον χώρο εργασίας.

# E-mails about it.
letter-subject = { $n ->
    [one] Carillon: μία εκκρεμότητα σας περιμένει
   *[other] Carillon: { $n } εκκρεμότητες σας περιμένουν
}
letter-subject-news = { $n ->
    [one] Carillon: ένα νέο για ενημέρωση
   *[other] Carillon: { $n } νέα για ενημέρωση
}
letter-hello = Γεια σας, { $name }. Αυτά περιμένουν κάποιον:
letter-hello-news = Γεια σας, { $name }. Αυτά έγιναν:
letter-news = Για ενημέρωση
letter-times = { $n } φορές
letter-open = Δείτε το στο Carillon
letter-why = Το λαμβάνετε επειδή μπορείτε να κάνετε κάτι γι’ αυτό, το πολύ μία φορά την ώρα.
letter-why-news = Το λαμβάνετε επειδή το ζητήσατε, το πολύ μία φορά την ημέρα.
letter-stop = Στο προφίλ σας ορίζετε αν θέλετε τέτοια email.
mail-title = Email
mail-wanted = Το Carillon σας γράφει όταν σας περιμένει κάτι που δεν έχετε διαβάσει, το πολύ μία φορά την ώρα. Για ποια πράγματα, το λένε οι ρυθμίσεις κάθε χώρου εργασίας.
mail-unwanted = Το Carillon δεν σας γράφει, ό,τι κι αν λένε οι ρυθμίσεις ενός χώρου εργασίας. Ό,τι σας περιμένει βρίσκεται στο καμπανάκι.
mail-stop = Μη μου στέλνετε email
mail-start = Να μου στέλνετε email
