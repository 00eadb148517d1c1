# Posts that come again and again.
repeat = Επανάληψη
repeat-how = Πόσο συχνά
repeat-none = Καθόλου
repeat-daily = Κάθε ημέρα
repeat-weekdays = Κάθε ημέρα από Δευτέρα έως Παρασκευή
repeat-weekly = Κάθε εβδομάδα
repeat-fortnightly = Κάθε δύο εβδομάδες
repeat-monthly = Κάθε μήνα, την ίδια ημέρα
repeat-yearly = Κάθε χρόνο
repeat-rule = Με κανόνα
repeat-rule-text = Κανόνας (RFC 5545)
repeat-rule-hint = Για παράδειγμα FREQ=MONTHLY;BYDAY=-1FR για κάθε τελευταία Παρασκευή του μήνα. Με COUNT ή UNTIL τελειώνει.
repeat-ends = Τελευταία ημέρα (κενό: χωρίς τέλος)
repeat-hint = Με την ώρα της ζώνης { $zone }. Οι δημοσιεύσεις δημιουργούνται { $days } ημέρες νωρίτερα· κάθε μία μπορεί να αλλάξει χωριστά. Λένε όλες το ίδιο: κάποια δίκτυα, ανάμεσά τους το X, απορρίπτουν κείμενο που ο λογαριασμός έχει ξαναδημοσιεύσει.
repeat-scope = Αυτή η δημοσίευση ανήκει σε σειρά. Τι αλλάζετε;
repeat-scope-one = Μόνο αυτή
repeat-scope-following = Αυτή και όλες τις επόμενες
repeat-scope-all = Όλες όσες δεν έχουν δημοσιευτεί
series-title = Σειρά
series-days = { $n ->
    [one] Κάθε ημέρα
   *[other] Κάθε { $n } ημέρες
}
series-weeks = { $n ->
    [one] Κάθε εβδομάδα
   *[other] Κάθε { $n } εβδομάδες
}
series-months = { $n ->
    [one] Κάθε μήνα
   *[other] Κάθε { $n } μήνες
}
series-years = { $n ->
    [one] Κάθε χρόνο
   *[other] Κάθε { $n } χρόνια
}
series-at = { $rule }, { $time }, με την ώρα της ζώνης { $zone }
series-detached = άλλαξε χωριστά
series-here = αυτή εδώ
series-problem = Δεν προγραμματίστηκε: { $problem }
series-stopped = Δεν δημιουργούνται άλλες δημοσιεύσεις αυτής της σειράς: { $problem }
series-cancel-following = Ακύρωση αυτής και όλων των επόμενων
series-cancel-following-confirm = Να ακυρωθούν αυτή η δημοσίευση και όλες οι επόμενες της σειράς της; Όσες άλλαξαν χωριστά μένουν.
series-cancel-all = Ακύρωση όλων
series-cancel-all-confirm = Να ακυρωθούν όλες οι δημοσιεύσεις αυτής της σειράς που δεν έχουν δημοσιευτεί; Όσες άλλαξαν χωριστά μένουν.
series-canceled = { $n ->
    [0] Δεν έμενε καμία για ακύρωση. Η σειρά τελείωσε.
    [one] Ακυρώθηκε μία δημοσίευση. Η σειρά τελείωσε.
   *[other] Ακυρώθηκαν { $n } δημοσιεύσεις. Η σειρά τελείωσε.
}
series-was-canceled = Αυτή η σειρά ακυρώθηκε.
series-resume = Να συνεχιστεί
series-resumed = Η σειρά συνεχίζεται. Όσες δημοσιεύσεις ακυρώθηκαν μαζί της προγραμματίστηκαν ξανά, όχι όμως όσες θα είχαν ήδη βγει.
