# Signing in and setting up.
sign-in-title = Είσοδος
sign-in-lead = Χαιρόμαστε που σας βλέπουμε. Στο μεταξύ οι δημοσιεύσεις σας έφυγαν στην ώρα τους.
sign-in-submit = Είσοδος
setup-title = Εγκατάσταση του Carillon
setup-lead = Γίνεστε ο ιδιοκτήτης αυτής της εγκατάστασης. Ο σύνδεσμος που σας έφερε εδώ λειτουργεί μία φορά.
setup-submit = Δημιουργία του λογαριασμού μου
not-set-up-title = Σχεδόν έτοιμο
not-set-up-text = Το Carillon δεν έχει ακόμη ιδιοκτήτη. Ανοίξτε τον σύνδεσμο εγκατάστασης που εμφάνισε εκεί όπου το ξεκινήσατε (η γραμμή που αρχίζει με «carillon ready»).
not-set-up-again = Ο σύνδεσμος λειτουργεί μία φορά και για μία ημέρα. Επανεκκινήστε το Carillon για να πάρετε νέο.
email = Email
password = Κωδικός πρόσβασης
password-hint = Τουλάχιστον { $n } χαρακτήρες. Μια ολόκληρη πρόταση είναι καλός κωδικός.
your-name = Το όνομά σας

# Settings.
settings-of-workspace = Χώρος εργασίας
settings-of-person = Εσείς
settings-workspace = Γενικά
settings-members = Μέλη
settings-tokens = Διακριτικά API
settings-profile = Προφίλ
settings-sessions = Συσκευές
save = Αποθήκευση
saved = Αποθηκεύτηκε.
copy = Αντιγραφή
minutes = { $n ->
    [one] { $n } λεπτό
   *[other] { $n } λεπτά
}

profile-title = Προφίλ
profile-lead = Κάνετε είσοδο ως { $email }.
profile-zone-hint = Κενό: η ζώνη του χώρου εργασίας.
profile-zone = Ζώνη ώρας
password-title = Κωδικός πρόσβασης
password-lead = Με την αλλαγή του γίνεται έξοδος παντού αλλού.
password-current = Τωρινός κωδικός πρόσβασης
password-new = Νέος κωδικός πρόσβασης
password-submit = Αλλαγή κωδικού
password-changed = Ο κωδικός πρόσβασής σας άλλαξε. Έγινε έξοδος παντού αλλού.

sessions-title = Πού έχετε κάνει είσοδο
sessions-lead = Κάντε έξοδο από όποια συσκευή δεν αναγνωρίζετε και μετά αλλάξτε τον κωδικό πρόσβασής σας.
sessions-current = Αυτή εδώ
sessions-seen = τελευταία χρήση
sessions-began = είσοδος στις
sessions-revoke = Έξοδος
sessions-revoke-others = Έξοδος παντού αλλού
sessions-revoke-others-confirm = Να γίνει έξοδος από το Carillon σε όλα τα άλλα προγράμματα περιήγησης;
device-unknown = Άγνωστο πρόγραμμα περιήγησης
device-on = { $browser } σε { $system }

workspace-title = Χώρος εργασίας
workspace-name = Όνομα χώρου εργασίας
workspace-name-hint = Η επωνυμία σας, το γραφείο σας, η ομάδα σας.
workspace-zone = Ζώνη ώρας
workspace-zone-hint = Το ημερολόγιο και οι ώρες χωρίς ζώνη είναι σε αυτή τη ζώνη.
workspace-grace = Ανοχή καθυστέρησης, σε λεπτά
workspace-grace-hint = Μια δημοσίευση που άργησε περισσότερα λεπτά από αυτά (ο διακομιστής ήταν κλειστός ή ο λογαριασμός αποσυνδεδεμένος) περιμένει την απόφασή σας αντί να δημοσιευτεί. Τουλάχιστον 1, το πολύ 10080 (μία εβδομάδα).

workspace-grace-number = Γράψτε έναν αριθμό λεπτών.
workspace-snapshots = Διατήρηση όλων των στιγμιοτύπων μετρήσεων, σε ημέρες
workspace-snapshots-hint = Από 30 έως 3650 ημέρες· με 0 κρατιούνται όλα για πάντα. Μετά μένει για πάντα το τελευταίο στιγμιότυπο κάθε ημέρας, και ό,τι είπε μια αναφορά. Όσα αραιωθούν δεν επιστρέφουν.
workspace-snapshots-number = Γράψτε έναν αριθμό ημερών.
workspace-snapshots-short = Όλα τα στιγμιότυπα κρατιούνται για
workspace-snapshots-ever = Πάντα

logo-title = Λογότυπο
logo-lead = Μπαίνει στην κορυφή των αναφορών PDF και της εκτυπωμένης επισκόπησης.
logo-none = Δεν υπάρχει ακόμη λογότυπο.
logo-alt = Λογότυπο: { $place }
logo-file = Εικόνα
logo-file-hint = PNG ή JPEG, έως { $mb } MB. Μικραίνει ώστε να έχει το πολύ { $side } εικονοστοιχεία πλάτος και ύψος, και κρατιούνται μόνο τα εικονοστοιχεία της και ένα μικρό προφίλ χρωμάτων.
logo-upload = Χρήση αυτού του λογοτύπου
logo-remove = Αφαίρεση λογοτύπου
logo-remove-confirm = Να τυπώνονται από εδώ και πέρα οι αναφορές χωρίς αυτό το λογότυπο;

members-title = Μέλη
members-lead = Ποιοι εργάζονται σε αυτόν τον χώρο εργασίας και τι επιτρέπεται να κάνουν.
members-you = Εσείς
role-owner = Ιδιοκτήτης
role-admin = Διαχειριστής
role-editor = Συντάκτης
role-contributor = Συνεργάτης
role-analyst = Αναλυτής
role-client = Πελάτης
role-means-owner = Τα πάντα
role-means-admin = Τα πάντα εκτός από τους ιδιοκτήτες και τη διαγραφή του χώρου εργασίας
role-means-editor = Γράφει, προγραμματίζει και δημοσιεύει
role-means-contributor = Γράφει, αλλά δεν δημοσιεύει
role-means-analyst = Διαβάζει
role-means-client = Βλέπει ό,τι του κοινοποιείται

tokens-title = Διακριτικά API
tokens-lead = Ένα πρόγραμμα με διακριτικό ενεργεί σε αυτόν τον χώρο εργασίας με τον ρόλο του διακριτικού.
tokens-none = Δεν υπάρχουν ακόμη διακριτικά
tokens-none-text = Φτιάξτε ένα για ένα σενάριο (script), μια διασύνδεση ή έναν ψηφιακό βοηθό που θα δουλεύει με αυτόν τον χώρο εργασίας.
tokens-new = Νέο διακριτικό
role-choice = { $role } – { $means }
tokens-name = Όνομα
tokens-name-hint = Για ποιον σκοπό είναι, ώστε να το αναγνωρίζετε αργότερα.
tokens-role = Ρόλος
tokens-create = Δημιουργία διακριτικού
tokens-created = Το διακριτικό δημιουργήθηκε.
tokens-once = Αντιγράψτε το τώρα: εμφανίζεται μόνο αυτή τη φορά.
tokens-made = Δημιουργήθηκε στις
tokens-used = τελευταία χρήση
tokens-unused = δεν χρησιμοποιήθηκε ποτέ
tokens-revoke = Ανάκληση
tokens-revoke-confirm = Να ανακληθεί το «{ $name }»; Τα προγράμματα που το χρησιμοποιούν σταματούν αμέσως να λειτουργούν.
