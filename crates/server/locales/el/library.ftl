# The library: the grid, the publish dialog, files from addresses.
library-standing-all = Όλα
library-standing-ready = Έτοιμα
library-standing-scheduled = Προγραμματισμένα
library-standing-published = Δημοσιευμένα
# Failed, or nobody knows whether it is public.
library-standing-failed = Αποτυχημένα ή ασαφή
library-search = Αναζήτηση
library-everything = Αρχεία και δημοσιεύσεις
library-files = Όλα τα αρχεία
library-none-found-text = Τίποτα στη βιβλιοθήκη δεν ταιριάζει σε αυτό το φίλτρο.
library-pick = Επιλογή του «{ $name }»
library-chosen = Επιλεγμένα
library-key-choose = Επιλογή αυτού που έχει την εστίαση· τα βέλη συνεχίζουν από εκεί
library-key-way = Επιλογή στη διαδρομή με τα βέλη
library-publish = Δημοσίευση…
library-tag = Προσθήκη ετικετών
library-tags = Ετικέτες
library-tags-hint = Χωρισμένες με κόμμα. Ετικέτες έχουν και οι δημοσιεύσεις, και η βιβλιοθήκη βρίσκει και τα δύο με αυτές.
library-tag-nothing = Διαλέξτε αρχεία και γράψτε τις ετικέτες που θα πάρουν.
library-tag-posts = Έχουν επιλεγεί και δημοσιεύσεις. Οι ετικέτες τους μπαίνουν εκεί όπου γράφονται: βγάλτε τες από την επιλογή.
library-tagged = { $n ->
    [one] { $n } αρχείο πήρε ετικέτες.
   *[other] { $n } αρχεία πήραν ετικέτες.
}
library-used = { $n ->
    [one] Σε { $n } δημοσίευση
   *[other] Σε { $n } δημοσιεύσεις
}
library-uses = Πού χρησιμοποιείται
library-unused = Καμία δημοσίευση δεν χρησιμοποιεί ακόμη αυτό το αρχείο.
library-edited = Επεξεργασμένο αντίγραφο
library-name = Όνομα
library-engagements = αλληλεπιδράσεις
library-views = προβολές
library-untold = Χωρίς μετρήσεις ακόμη
library-told-part = από { $told } από τους { $of } λογαριασμούς
library-publish-title = Δημοσίευση
library-publish-nothing = Διαλέξτε ένα ή περισσότερα αρχεία, ή μία δημοσίευση, και μετά δημοσιεύστε.
library-publish-settled = Αυτή η δημοσίευση έχει ήδη γίνει. Ανοίξτε την για να δείτε την κατάστασή της, ή διαλέξτε τα αρχεία της για να φτιάξετε μια νέα δημοσίευση με αυτά.
library-publish-one-post = Διαλέξτε είτε αρχεία, που γίνονται μία νέα δημοσίευση, είτε μία δημοσίευση που δεν έχει γίνει ακόμη.
library-publish-stale = Κάποιος άλλος άλλαξε στο μεταξύ αυτή τη δημοσίευση. Κλείστε αυτό το παράθυρο, δείτε τη δημοσίευση και δημοσιεύστε την ύστερα.
library-publish-leave = Κλείσιμο; Ό,τι γράψατε εδώ δεν έχει αποθηκευτεί και θα χαθεί.
library-caption = Λεζάντα
library-own-text = έχει δικό της κείμενο
library-connect = Σύνδεση άλλου λογαριασμού
library-connect-hint = Το δίκτυο ανοίγει σε νέα καρτέλα. Ο λογαριασμός εμφανίζεται εδώ μόλις συνδεθεί.
library-zone = Ώρα στη ζώνη { $zone }. Χωρίς ώρα, μπορεί να δημοσιευτεί τώρα.
library-compose = Άνοιγμα στη σύνταξη
library-progress = Στον δρόμο
library-open-post = Άνοιγμα της δημοσίευσης
fetch-title = Προσθήκη από διεύθυνση
fetch-label = Διευθύνσεις αρχείων, μία ανά γραμμή
fetch-hint = Δημόσιες διευθύνσεις https που οδηγούν στο ίδιο το αρχείο, όχι σε σελίδα γύρω του.
fetch-send = Λήψη
fetch-failed = Η λήψη δεν έγινε.
# Editing: each change is a file beside the original.
edit-title = Επεξεργασία
edit-lead = Ό,τι φτιάχνεται εδώ είναι ένα νέο αρχείο δίπλα σε αυτό, που μένει όπως είναι.
edit-networks = Σε κάθε δίκτυο
edit-turn = Περιστροφή
edit-turn-none = Καμία
edit-turn-right = Ένα τέταρτο δεξιά
edit-turn-left = Ένα τέταρτο αριστερά
edit-turn-over = Ανάποδα
edit-ratio = Περικοπή σε αναλογία
edit-ratio-own = Η δική του
edit-zoom = Πιο κοντά
edit-x = Από αριστερά προς τα δεξιά
edit-y = Από πάνω προς τα κάτω
edit-from = Αρχίζει στο
edit-to = Τελειώνει στο
edit-make = Δημιουργία του επεξεργασμένου αρχείου
edit-frame = Εικόνα στο
edit-frame-hint = Παίρνει μία εικόνα από το βίντεο, ως εξώφυλλο για τα δίκτυα που δέχονται ξεχωριστό. Άλλα δέχονται τη χρονική στιγμή: είναι επιλογή του λογαριασμού στη σύνταξη.
edit-frame-make = Λήψη της εικόνας
edit-made = Δημιουργήθηκε.
edit-making = Δημιουργείται, και εμφανίζεται εδώ μόλις είναι έτοιμο.
edit-underway = Δημιουργείται
edit-drop = Εγκατάλειψη
