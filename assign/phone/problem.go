package phone

// Problem says why digits are no phone number. Its value is a stable key.
type Problem string

const (
	TooShort   Problem = "phone_too_short"
	TooLong    Problem = "phone_too_long"
	Invalid    Problem = "phone_invalid"    // as long as a number may be, but of no known range
	NoCountry  Problem = "phone_country"    // no country has that code
	StrayPlus  Problem = "phone_plus"       // a plus that is not in front
	Letters    Problem = "phone_letters"    // letters among the digits
	Characters Problem = "phone_characters" // signs that no number has
	Extension  Problem = "phone_extension"  // an extension behind the number
	Ambiguous  Problem = "phone_ambiguous"  // several numbers can be read; they are beside it
	Rewritten  Problem = "phone_rewritten"  // valid only with digits that nobody typed
	Scientific Problem = "phone_scientific" // 9.66544E+11: a spreadsheet has lost digits
	HiddenID   Problem = "phone_hidden_id"  // WhatsApp's …@lid, which holds no number
	GroupID    Problem = "phone_group_id"   // WhatsApp's …@g.us and the like, which are nobody's

	// Questions: the numbers beside them are what may be meant.
	Likely   Problem = "phone_likely"   // one number, if something that was typed is left out
	Unlisted Problem = "phone_unlisted" // a mobile's shape, in a range that the library does not list
)
