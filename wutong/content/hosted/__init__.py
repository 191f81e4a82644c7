"""What a visitor meets of a form: its questions, how answers are judged, the page. The edge uses it: no Django here."""
