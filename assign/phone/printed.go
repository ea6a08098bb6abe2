package phone

import (
	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/nyaruka/phonenumbers"
)

// printed is how a number is written, and where it is of. libphonenumber takes longer to find
// that out than an answer takes to be put into words, and each answer needs it several times.
type printed struct {
	international string
	region        string // "ZZ": unknown
}

// printedMost is of how many numbers that is remembered.
const printedMost = 1000

var printedNumbers = newPrinted()

func newPrinted() *lru.Cache[string, printed] {
	cache, err := lru.New[string, printed](printedMost)
	if err != nil {
		panic(err) // only for a size below one
	}
	return cache
}

// print gives how the number is written; false where libphonenumber cannot read it.
func (p Number) print() (printed, bool) {
	digits := p.Digits()
	if known, ok := printedNumbers.Get(digits); ok {
		return known, true
	}
	number, err := phonenumbers.Parse("+"+digits, "ZZ")
	if err != nil {
		return printed{}, false
	}
	return remember(digits, number), true
}

// remember is for whoever has parsed the number: parsing takes longer than all the rest.
func remember(digits string, number *phonenumbers.PhoneNumber) printed {
	if known, ok := printedNumbers.Get(digits); ok {
		return known
	}
	found := printed{
		international: phonenumbers.Format(number, phonenumbers.INTERNATIONAL),
		region:        phonenumbers.GetRegionCodeForNumber(number),
	}
	printedNumbers.Add(digits, found)
	return found
}
