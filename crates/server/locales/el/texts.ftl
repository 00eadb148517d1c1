# Texts that a workspace keeps for its posts.

settings-texts = Κείμενα
texts-title = Κείμενα για δημοσιεύσεις
texts-lead = Όσα γράφονται συχνά, έτοιμα να μπουν σε μια δημοσίευση. Οι δημοσιεύσεις κρατούν ό,τι μπήκε σε αυτές, ό,τι κι αν γίνει το κείμενο εδώ.
texts-none = Δεν υπάρχουν ακόμη κείμενα
texts-none-text = Κρατήστε εδώ τις αρχές, τις υπογραφές και τα hashtag που χρησιμοποιείτε ξανά και ξανά.
texts-kind = Σε τι χρησιμεύει
texts-kind-template = Πρότυπα
texts-kind-snippet = Έτοιμες φράσεις
texts-kind-signature = Υπογραφές
texts-kind-hashtags = Ομάδες hashtag
texts-kind-links = Παράμετροι συνδέσμων
texts-kind-one-template = Πρότυπο: μια ολόκληρη δημοσίευση για αρχή
texts-kind-one-snippet = Έτοιμη φράση: λίγες λέξεις, μπαίνουν εκεί όπου γράφετε
texts-kind-one-signature = Υπογραφή: μπαίνει στο τέλος
texts-kind-one-hashtags = Hashtag: μπαίνουν στο τέλος
texts-kind-one-links = Παράμετροι συνδέσμων
texts-name = Όνομα
texts-body = Κείμενο
texts-body-hint = Συμπληρώνονται για κάθε λογαριασμό όταν αποθηκεύεται η δημοσίευση: { $variables }
texts-new = Νέο κείμενο
texts-change = Αλλαγή
texts-change-title = Αλλαγή κειμένου
texts-keep = Αποθήκευση
texts-remove = Αφαίρεση
texts-remove-confirm = Να αφαιρεθεί το { $name }; Οι δημοσιεύσεις όπου μπήκε το κρατούν.
texts-links-new = Νέες παράμετροι συνδέσμων
texts-links-change = Αλλαγή παραμέτρων συνδέσμων
texts-links-lead = Λένε στον ιστότοπό σας από πού έρχονται οι επισκέπτες του. Οι σύνδεσμοι στις δημοσιεύσεις τις παίρνουν για κάθε λογαριασμό· ό,τι έχει ήδη ένας σύνδεσμος μένει.
texts-links-hint = Μπορούν να μπουν σε μια τιμή: { $variables }. Μια τιμή που βγαίνει κενή παραλείπεται.
texts-utm-source = Πηγή (utm_source)
texts-utm-medium = Μέσο (utm_medium)
texts-utm-campaign = Καμπάνια (utm_campaign)
texts-utm-content = Περιεχόμενο (utm_content)

compose-texts = Διαχείριση κειμένων
compose-insert = Εισαγωγή
compose-insert-which = Διαλέξτε ένα κείμενο για εισαγωγή
compose-insert-none = Διαλέξτε ένα από τα αποθηκευμένα κείμενα και μετά εισαγάγετέ το.
compose-links = Σύνδεσμοι, καμπάνια και ετικέτες
compose-links-which = Παράμετροι συνδέσμων
compose-links-none = Καμία
compose-links-hint = Η προεπισκόπηση τις δείχνει. Δίκτυα όπου οι σύνδεσμοι δεν πατιούνται δεν παίρνουν καμία.
compose-campaign = Καμπάνια
compose-waits = Ένα αρχείο ανεβαίνει ακόμη. Η δημοσίευση συνεχίζεται μόνη της μόλις φτάσει.
compose-tags = Ετικέτες
compose-tags-hint = Χωρισμένες με κόμμα. Δεν πηγαίνουν σε κανένα δίκτυο· με αυτές φιλτράρονται το ημερολόγιο, η βιβλιοθήκη και οι αριθμοί.
compose-fill-in = Συμπλήρωση των {"{"}account.name{"}"}, {"{"}network{"}"}, {"{"}date{"}"} και παρόμοιων για κάθε λογαριασμό

hashtags-show = Πρόταση hashtag
hashtags-choose = Διαλέξτε λογαριασμούς για να δείτε τα hashtag των δικών τους δημοσιεύσεων.
hashtags-none = Καμία δημοσίευση του { $account } που διαβάστηκε δεν έχει hashtag.
hashtags-of = { $account }: hashtag από τις { $n } τελευταίες δημοσιεύσεις
hashtags-posts = { $n ->
    [one] σε { $n } δημοσίευση
   *[other] σε { $n } δημοσιεύσεις
}
hashtags-median = διάμεσος { $value } αλληλεπιδράσεις
hashtags-put = Εισαγωγή του { $tag }

mentions-title = Αναφορά σε κάποιον
mentions-search = Όνομα ή όνομα χρήστη
mentions-nobody = { $account }: κανείς δεν λέγεται έτσι εκεί.
mentions-short = { $account }: πληκτρολογήστε { $n } γράμματα ενός ονόματος ή περισσότερα.
mentions-none = Κανένας από τους επιλεγμένους λογαριασμούς δεν είναι σε δίκτυο όπου μπορούν να αναζητηθούν άνθρωποι από εδώ. Πληκτρολογήστε @ και το όνομα όπως το γράφει το δίκτυο.
emoji-title = Emoji
emoji-search = Αναζήτηση με το αγγλικό όνομα
emoji-group = Ομάδα
emoji-none = Κανένα emoji δεν λέγεται έτσι.
emoji-group-1 = Φατσούλες και συναισθήματα
emoji-group-2 = Άνθρωποι
emoji-group-3 = Ζώα και φύση
emoji-group-4 = Φαγητό και ποτό
emoji-group-5 = Ταξίδια και μέρη
emoji-group-6 = Δραστηριότητες
emoji-group-7 = Αντικείμενα
emoji-group-8 = Σύμβολα
emoji-group-9 = Σημαίες
