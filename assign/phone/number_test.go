package phone

import "testing"

func TestInternationalIsHowPeopleReadIt(t *testing.T) {
	t.Parallel()
	for digits, want := range map[string]string{
		"966544444444": "+966 54 444 4444", "12015550123": "+1 201-555-0123", "": "", "999": "+999",
	} {
		if got := New(digits).International(); got != want {
			t.Errorf("International of %q is %q, want %q", digits, got, want)
		}
	}
}

func TestKnownRegion(t *testing.T) {
	t.Parallel()
	for _, region := range []string{"SA", "AE", "EG", "KW", "US", "GB", "DE", "IN"} {
		if !KnownRegion(region) {
			t.Errorf("%s is not known", region)
		}
	}
	for _, region := range []string{"", "XX", "sa", "001", "ZZ"} {
		if KnownRegion(region) {
			t.Errorf("%q is known", region)
		}
	}
}
