### Greek. For whoever goes on with it:
###
### Readers are spoken to in the plural (εσείς), in everyday Greek with one accent; buttons are nouns (Αποθήκευση), requests
### are imperatives (Δοκιμάστε ξανά). Quotes are « ». Networks are neuter: το, του, στο { $network }. Names of products
### and networks, API, CSV, iCalendar, UTM and codes stay as they are. A text that comes before a time ends so that both
### "πριν από 3 λεπτά" and, where only dates come, "24 Νοε 2026, 18:30" (then with στις) can follow it.
###
###   account            λογαριασμός             network            δίκτυο
###   workspace          χώρος εργασίας          member, role       μέλος, ρόλος
###   owner, admin       ιδιοκτήτης, διαχειριστής
###   editor             συντάκτης               contributor        συνεργάτης
###   analyst, client    αναλυτής, πελάτης       handle             όνομα χρήστη
###   sign in, sign out  είσοδος, έξοδος         (of a person, to Carillon)
###   connect            σύνδεση                 (of an account, to its network; disconnect αποσύνδεση, reconnect επανασύνδεση)
###   post, publication  δημοσίευση              publish            δημοσίευση, δημοσιεύω
###   compose            σύνταξη                 draft              πρόχειρο
###   schedule           προγραμματισμός         calendar           ημερολόγιο
###   queue              ουρά                    slot               θέση (της ουράς)
###   series, repeat     σειρά, επανάληψη        held, on hold      σε αναμονή
###   thread, part       νήμα, μέρος             first comment      πρώτο σχόλιο
###   library, file      βιβλιοθήκη, αρχείο      picture, media     εικόνα, πολυμέσα
###   caption            λεζάντα                 description (alt)  περιγραφή
###   template, snippet  πρότυπο, έτοιμη φράση   signature          υπογραφή
###   tag, campaign      ετικέτα, καμπάνια       hashtag            hashtag
###   trash              κάδος                   note, holiday      σημείωση, αργία
###   overview, report   επισκόπηση, αναφορά     notice             ειδοποίηση
###   numbers, metric    μετρήσεις, μέτρηση      snapshot           στιγμιότυπο μετρήσεων
###   engagement         αλληλεπίδραση           engagement rate    ποσοστό αλληλεπίδρασης (βάσει προβολών, …)
###   reach, views       απήχηση, προβολές       followers          ακόλουθοι
###   likes, comments    μου αρέσει, σχόλια      shares, saves      κοινοποιήσεις, αποθηκεύσεις
###   mean, median       μέσος όρος, διάμεσος    best times         καλύτερες ώρες
###   insights           στατιστικά              audience           κοινό
###   sync, sync log     συγχρονισμός, ιστορικό συγχρονισμού
###   limit, cap         όριο                    token              διακριτικό
###   password           κωδικός πρόσβασης       app password       κωδικός εφαρμογής

# The frame around every page.
skip-to-content = Μετάβαση στο περιεχόμενο
insecure-warning = Αυτή η σελίδα μεταφέρεται χωρίς κρυπτογράφηση. Άλλοι στο ίδιο δίκτυο θα μπορούσαν να διαβάσουν τον κωδικό πρόσβασής σας. Βάλτε το Carillon πίσω από https πριν το χρησιμοποιήσετε στην πράξη.
look-label = Εμφάνιση
look-auto = Όπως το σύστημα
look-light = Φωτεινή
look-dark = Σκούρα
close = Κλείσιμο
confirm-yes = Ναι, συνέχεια
confirm-no = Άκυρο

# Pages and messages about failures.
error-home = Επιστροφή στην αρχή
error-id = Κωδικός σφάλματος { $id }
error-not-found = Δεν υπάρχει τίποτα εδώ
error-forbidden = Δεν επιτρέπεται
error-too-many = Πολύ γρήγορα
error-unavailable = Δεν είναι διαθέσιμο τώρα
error-internal = Κάτι χάλασε
error-other = Αυτό δεν πέτυχε

# Navigation.
nav-main = Κύριο μενού
nav-menu = Το μενού σας
nav-settings = Ρυθμίσεις
nav-profile = Προφίλ
nav-sign-out = Έξοδος
no-workspace = Δεν ανήκετε σε κανέναν χώρο εργασίας. Ζητήστε από τον ιδιοκτήτη ενός χώρου να σας προσθέσει.

# Times.
ago-now = μόλις τώρα
ago-minutes = { $n ->
    [one] πριν από { $n } λεπτό
   *[other] πριν από { $n } λεπτά
}
ago-hours = { $n ->
    [one] πριν από { $n } ώρα
   *[other] πριν από { $n } ώρες
}
ago-days = { $n ->
    [one] πριν από { $n } ημέρα
   *[other] πριν από { $n } ημέρες
}
date-and-time = { $day } { $month } { $year }, { $time }
time-of-the-workspace = { $own }· για τον χώρο εργασίας ({ $zone }) { $there }
month-1 = Ιαν
month-2 = Φεβ
month-3 = Μαρ
month-4 = Απρ
month-5 = Μαΐ
month-6 = Ιουν
month-7 = Ιουλ
month-8 = Αυγ
month-9 = Σεπ
month-10 = Οκτ
month-11 = Νοε
month-12 = Δεκ
