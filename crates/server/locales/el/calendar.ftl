# Around the calendar: posts as files, links for other programs, notes and holidays.

calendar-files = Αρχεία
calendar-export = Εξαγωγή αυτών των εβδομάδων (CSV)
calendar-import = Εισαγωγή δημοσιεύσεων (CSV)
calendar-notes = Σημειώσεις και αργίες
calendar-subscribe = Εγγραφή στο ημερολόγιο

notes-title = Σημειώσεις και αργίες
notes-lead = Τι άλλο έχουν οι ημέρες εκτός από δημοσιεύσεις. Το βλέπουν στο ημερολόγιο όλοι σε αυτόν τον χώρο εργασίας.
notes-none = Καμία σημείωση από σήμερα και μετά
notes-none-text = Ένα λανσάρισμα, μια έκθεση, μια ημέρα που δεν πρέπει να δημοσιευτεί τίποτα: γράψτε το στην ημέρα του.
notes-new = Νέα σημείωση
notes-change = Αλλαγή της σημείωσης
notes-first = Πρώτη ημέρα
notes-last = Τελευταία ημέρα
notes-last-hint = Αφήστε το κενό για μία μόνο ημέρα.
notes-text = Σημείωση
notes-colour = Χρώμα
notes-add = Προσθήκη σημείωσης
notes-save = Αποθήκευση
notes-edit = Αλλαγή
notes-remove = Αφαίρεση
notes-remove-confirm = Να αφαιρεθεί η σημείωση «{ $note }»;
note-colour-plain = Χωρίς χρώμα
note-colour-green = Πράσινο
note-colour-blue = Μπλε
note-colour-amber = Κεχριμπαρένιο
note-colour-red = Κόκκινο
note-colour-violet = Βιολετί
note-says = Σημείωση
holiday-says = Αργία
holidays-title = Αργίες
holidays-lead = Λίστες αργιών ως αρχεία iCalendar (.ics), μία για κάθε χώρα ή σχολικό έτος που σας ενδιαφέρει. Οι περισσότερες κυβερνήσεις δημοσιεύουν τις δικές τους.
holidays-none = Καμία λίστα ακόμη.
holidays-nameless = Αργίες
holidays-days = { $n ->
    [one] 1 ημέρα
   *[other] { $n } ημέρες
  }
holidays-until = έως
holidays-file = Αρχείο
holidays-file-hint = Έως { $kb } KB, με το έτος σε κάθε ημέρα. Όταν τελειώσει μια λίστα, φέρτε την επόμενη.
holidays-upload = Προσθήκη λίστας
holidays-remove = Αφαίρεση
holidays-remove-confirm = Να αφαιρεθεί η λίστα «{ $name }» με όλες τις ημέρες της;

settings-feed = Σύνδεσμος ημερολογίου
feed-title = Αυτός ο χώρος εργασίας στο δικό σας ημερολόγιο
feed-lead = Το Ημερολόγιο Google, το Ημερολόγιο της Apple, το Outlook και άλλα δείχνουν το πρόγραμμα με έναν δικό σας σύνδεσμο. Λέει τις ώρες, την αρχή των κειμένων, τους λογαριασμούς και έναν σύνδεσμο για κάθε δημοσίευση, και τίποτα άλλο.
feed-none = Δεν έχετε ακόμη σύνδεσμο
feed-none-text = Φτιάξτε έναν και προσθέστε τον στο πρόγραμμα ημερολογίου σας ως ημερολόγιο από διεύθυνση URL.
feed-made = Δημιουργήθηκε στις
feed-used = τελευταία λήψη
feed-unused = δεν έγινε ποτέ λήψη
feed-create = Δημιουργία συνδέσμου
feed-renew = Δημιουργία νέου συνδέσμου
feed-renew-confirm = Να δημιουργηθεί νέος σύνδεσμος; Τα ημερολόγια που χρησιμοποιούν τον παλιό παύουν να ενημερώνονται.
feed-revoke = Κατάργηση
feed-revoke-confirm = Να καταργηθεί ο σύνδεσμος; Τα ημερολόγια που τον χρησιμοποιούν παύουν να ενημερώνονται.
feed-created = Ο σύνδεσμός σας
feed-once = Αντιγράψτε τον τώρα: εμφανίζεται μόνο αυτή τη φορά. Όποιος τον έχει βλέπει το πρόγραμμα· αν πέσει σε λάθος χέρια, φτιάξτε νέο.

import-title = Εισαγωγή δημοσιεύσεων
import-lead = Πολλές δημοσιεύσεις από έναν πίνακα. Πρώτα βλέπετε τι θα γίνει κάθε γραμμή· δεν δημιουργείται τίποτα μέχρι να το πείτε.
import-file = Αρχείο
import-file-hint = CSV με επικεφαλίδες στην πρώτη γραμμή, από οποιοδήποτε υπολογιστικό φύλλο: «CSV UTF-8» στο Excel. Έως { $rows } γραμμές και { $kb } KB.
import-check = Έλεγχος του αρχείου
import-example = Αρχείο παραδείγματος
import-columns = Στήλες
import-columns-lead = Με οποιαδήποτε σειρά, και μόνο όσες χρειάζεστε. Πολλές τιμές σε ένα κελί μπαίνουν μία ανά γραμμή ή χωρίζονται με κόμμα.
import-accounts = Οι λογαριασμοί σας
import-accounts-lead = Όπως μπορούν να γραφτούν στη στήλη «accounts».
import-nameless = Εισαγωγή
import-report-lead = Δεν δημιουργήθηκε ακόμη τίποτα από αυτό το αρχείο.
import-summary = { $good ->
    [one] 1 γραμμή μπορεί να γίνει δημοσίευση
   *[other] { $good } γραμμές μπορούν να γίνουν δημοσιεύσεις
  }{ $bad ->
    [0] {""}
    [one] , 1 γραμμή έχει προβλήματα
   *[other] , { $bad } γραμμές έχουν προβλήματα
  }
import-unknown = Αυτές οι στήλες δεν είναι γνωστές και παραλείπονται: { $columns }.
import-again = { $n ->
    [one] Από το ίδιο αρχείο δημιουργήθηκε ήδη μία δημοσίευση. Να δημιουργηθεί άλλη μία φορά.
   *[other] Από το ίδιο αρχείο δημιουργήθηκαν ήδη { $n } δημοσιεύσεις. Να δημιουργηθούν άλλη μία φορά.
  }
import-make-all = { $n ->
    [one] Δημιουργία της δημοσίευσης
   *[other] Δημιουργία και των { $n } δημοσιεύσεων
  }
import-make-good = { $n ->
    [one] Δημιουργία 1 δημοσίευσης
   *[other] Δημιουργία { $n } δημοσιεύσεων
  }, χωρίς { $bad ->
    [one] 1 γραμμή
   *[other] { $bad } γραμμές
  }
import-discard = Να μη δημιουργηθεί καμία
import-none-good = Καμία γραμμή δεν μπορεί να γίνει δημοσίευση όπως είναι. Διορθώστε το αρχείο και ελέγξτε το ξανά.
import-slashes = Ημερομηνίες με καθέτους
slashes-unsaid = Δεν υπάρχουν σε αυτό το αρχείο
slashes-day = Πρώτα η ημέρα: 24/12/2026
slashes-month = Πρώτα ο μήνας: 12/24/2026
import-read-again = Ανάγνωση ξανά
import-line = Γραμμή { $n }
import-row-bad = Έχει προβλήματα
import-made = { $n ->
    [one] 1 δημοσίευση δημιουργήθηκε από αυτό το αρχείο.
   *[other] { $n } δημοσιεύσεις δημιουργήθηκαν από αυτό το αρχείο.
  }
import-another = Εισαγωγή άλλου αρχείου

post-column-text = Κείμενο
post-column-accounts = Λογαριασμοί
post-column-status = Κατάσταση
post-column-date = Ημέρα
post-column-time = Ώρα
post-column-timezone = Ζώνη
post-column-media = Αρχεία
post-column-alt_text = Περιγραφές
post-column-tags = Ετικέτες
post-column-campaign = Καμπάνια
post-column-first_comment = Πρώτο σχόλιο
post-column-parts = Νήμα
post-column-overrides = Εκδοχές
post-column-link_parameters = Παράμετροι συνδέσμων
post-column-fill_in = Μεταβλητές
post-column-means-text = Τι λέει η δημοσίευση.
post-column-means-accounts = Πού δημοσιεύεται: ένα όνομα χρήστη, ένα δίκτυο και ένα όνομα χρήστη (bluesky:name), ένα δίκτυο που έχει έναν λογαριασμό εδώ, ή ένα αναγνωριστικό.
post-column-means-status = scheduled ή draft. Αν μείνει κενό, μια γραμμή με ώρα προγραμματίζεται και οι άλλες γίνονται πρόχειρα.
post-column-means-date = Η ημέρα: 2026-12-24 ή 24.12.2026. Για ημερομηνίες με καθέτους λέτε μία φορά τι μπαίνει πρώτο.
post-column-means-time = Η ώρα της ημέρας: 18:30 ή 6:30 PM.
post-column-means-timezone = Η ζώνη και των δύο, όπως Europe/Athens. Αν μείνει κενό, είναι η ζώνη του χώρου εργασίας.
post-column-means-media = Αρχεία της βιβλιοθήκης με όνομα ή αναγνωριστικό, με τη σειρά.
post-column-means-alt_text = Τι δείχνει κάθε αρχείο, μία γραμμή ανά αρχείο με τη σειρά τους. Οι περιγραφές αποθηκεύονται μαζί με τα αρχεία.
post-column-means-tags = Ελεύθερες ετικέτες.
post-column-means-campaign = Ελεύθερο όνομα καμπάνιας.
post-column-means-first_comment = Ένα σχόλιο αμέσως κάτω από τη δημοσίευση.
post-column-means-parts = Για προγράμματα: τα επόμενα μέρη ενός νήματος ως JSON, όπως στο API.
post-column-means-overrides = Για προγράμματα: όσα διαφέρουν ανά λογαριασμό ως JSON, όπως στο API.
post-column-means-link_parameters = Για προγράμματα: οι παράμετροι των συνδέσμων κατά όνομα ως JSON, όπως στο API.
post-column-means-fill_in = true: μεταβλητές όπως {"{"}account.name{"}"} συμπληρώνονται για κάθε λογαριασμό. Αν μείνει κενό, δημοσιεύονται όπως είναι γραμμένες.
