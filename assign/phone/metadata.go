package phone

import "time"

// KnownAsOf is the day of the numbering plans that this program knows, of libphonenumber
// 9.0.32. Numbers of ranges opened since are asked about: see Unlisted.
var KnownAsOf = time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)

// library is the version of github.com/nyaruka/phonenumbers that holds them. Who updates it in
// go.mod looks up the day in its changes, and sets both here.
const library = "v1.8.1"
