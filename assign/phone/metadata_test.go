package phone

import (
	"os"
	"strings"
	"testing"
)

func TestTheDayOfTheNumberingPlansIsThatOfTheLibrary(t *testing.T) {
	mod, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(mod), "github.com/nyaruka/phonenumbers "+library+"\n") {
		t.Errorf("go.mod has another version of the library than %s: set KnownAsOf and library anew", library)
	}
}
