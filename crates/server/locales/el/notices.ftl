# What needs a person.
notices = Ειδοποιήσεις
notices-lead = Όσα περιμένουν κάποιον: το καθένα λέγεται μία φορά και μένει εδώ μέχρι να διευθετηθεί.
notices-none = Δεν χρειάζεται να κάνετε τίποτα
notices-none-text = Όταν ένας λογαριασμός θέλει επανασύνδεση ή μια δημοσίευση δεν μπορεί να γίνει, θα το δείτε εδώ.
notices-read = Σήμανση ως αναγνωσμένης
notices-read-all = Σήμανση όλων ως αναγνωσμένων
notices-open = Ανοιχτή
notices-settled = Διευθετήθηκε
notices-unread = { $n ->
    [one] { $n } μη αναγνωσμένη ειδοποίηση
   *[other] { $n } μη αναγνωσμένες ειδοποιήσεις
}
notice-signed_out = Ένας λογαριασμός θέλει επανασύνδεση
notice-login_ends = Η σύνδεση ενός λογαριασμού λήγει σύντομα
notice-reading_fails = Ένας λογαριασμός δεν μπόρεσε να διαβαστεί για μία ημέρα
notice-failed = Μια δημοσίευση απέτυχε
notice-unconfirmed = Δεν είναι βέβαιο αν μια δημοσίευση είναι δημόσια
notice-held = Μια δημοσίευση είναι σε αναμονή
notice-incomplete = Λείπει ένα μέρος μιας δημοσίευσης
notice-unscheduled = Μια δημοσίευση σειράς δεν μπόρεσε να προγραμματιστεί

# E-mails about it.
letter-subject = { $n ->
    [one] Carillon: μία εκκρεμότητα σας περιμένει
   *[other] Carillon: { $n } εκκρεμότητες σας περιμένουν
}
letter-hello = Γεια σας, { $name }. Αυτά περιμένουν κάποιον:
letter-open = Δείτε το στο Carillon
letter-why = Το λαμβάνετε επειδή μπορείτε να κάνετε κάτι γι’ αυτό, το πολύ μία φορά την ώρα.
letter-stop = Στο προφίλ σας ορίζετε αν θέλετε τέτοια email.
mail-title = Email
mail-wanted = Το Carillon σας γράφει όταν σας περιμένει κάτι που δεν έχετε διαβάσει, το πολύ μία φορά την ώρα.
mail-unwanted = Το Carillon δεν σας γράφει. Ό,τι σας περιμένει βρίσκεται στο καμπανάκι.
mail-stop = Μη μου στέλνετε email
mail-start = Να μου στέλνετε email
