package assign

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/rs/zerolog"
)

// secrets holds every masking type where formatters find it: in exported and unexported
// fields, behind pointers, in slices and maps.
type secrets struct {
	Phone    Phone
	Email    Email
	Agent    AgentRef
	Typed    Typed
	Mistake  *Mistake
	Phones   []Phone
	ByKey    map[string]Email
	Request  Request
	phone    Phone
	email    Email
	agent    AgentRef
	typed    Typed
	phones   []Phone
	pointers *inner
}

type inner struct {
	phone Phone
	Email Email
}

const (
	secretPhone = "966512345678"
	secretUser  = "omarharbi"
	secretEmail = secretUser + "@twerlo.com"
)

func newSecrets() secrets {
	phone, email, agent := NewPhone(secretPhone), NewEmail(secretEmail), RefEmail(secretEmail)
	typed := NewTyped(secretEmail)
	_, err := ParsePhone(secretPhone+"0000", "SA")
	mistake, _ := errors.AsType[*Mistake](err)
	return secrets{
		Phone: phone, Email: email, Agent: agent, Typed: typed,
		Mistake: mistake,
		Phones:  []Phone{phone}, ByKey: map[string]Email{"key": email},
		Request: Request{Contact: phone, Agent: agent},
		phone:   phone, email: email, agent: agent, typed: typed, phones: []Phone{phone},
		pointers: &inner{phone, email},
	}
}

func expectNoSecret(t *testing.T, how, shown string) {
	t.Helper()
	if strings.Contains(shown, secretUser) || strings.Contains(shown, "12345") ||
		strings.Contains(shown, fmt.Sprintf("%x", secretUser)) || strings.Contains(shown, fmt.Sprintf("%X", secretUser)) {
		t.Errorf("%s shows a secret: %s", how, shown)
	}
}

func TestNothingLeaksThroughFmt(t *testing.T) {
	t.Parallel()
	s := newSecrets()
	reading, _ := Parse(secretPhone+" "+secretEmail, "SA")
	for _, verb := range strings.Split("v +v #v s q d x X o b c U e g t T p", " ") {
		for _, value := range []any{s, &s, s.Phone, &s.Phone, s.Email, s.Agent, s.Typed, s.Mistake, s.Phones, s.ByKey, &reading} {
			expectNoSecret(t, "%"+verb, fmt.Sprintf("%"+verb, value))
		}
	}
	expectNoSecret(t, "Errorf", fmt.Errorf("wrap: %w", s.Mistake).Error())
}

func TestNothingLeaksThroughEncoders(t *testing.T) {
	t.Parallel()
	s := newSecrets()
	reading, _ := Parse(secretPhone+" "+secretEmail, "SA")
	for _, value := range []any{s, &s, s.Phone, s.Email, s.Agent, s.Typed, s.Mistake, reading} {
		encoded, err := json.Marshal(value)
		if err != nil {
			t.Errorf("marshal %T: %v", value, err)
		}
		expectNoSecret(t, "json", string(encoded))
		var log bytes.Buffer
		logger := zerolog.New(&log)
		logger.Info().Interface("value", value).Any("any", value).Fields(map[string]any{"field": value}).Msg("")
		expectNoSecret(t, "zerolog", log.String())
	}
	var log bytes.Buffer
	logger := zerolog.New(&log)
	logger.Info().Stringer("phone", s.Phone).Stringer("email", s.Email).Stringer("agent", s.Agent).
		Stringer("typed", s.Typed).Err(s.Mistake).Msgf("%v %+v", s.phone, s)
	expectNoSecret(t, "zerolog", log.String())
}

func TestMasksShowEnoughToRecognise(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		masked fmt.Stringer
		want   string
	}{
		{NewPhone(secretPhone), "…678"},
		{NewPhone("12345"), "…"},
		{Phone{}, ""},
		{NewEmail(secretEmail), "o…@twerlo.com"},
		{NewEmail("عمر@twerlo.com"), "ع…@twerlo.com"},
		{NewEmail("42"), "4…"},
		{Email{}, ""},
		{RefEmail(secretEmail), "o…@twerlo.com"},
		{RefName("Omar Harbi"), "name"},
		{RefMention("U012ABCDEF"), "@U012ABCDEF"},
		{RefMe(), "me"},
		{AgentRef{}, ""},
	} {
		if got := c.masked.String(); got != c.want {
			t.Errorf("%T shows %q, want %q", c.masked, got, c.want)
		}
	}
}

func TestClearValuesAreThereForThoseWhoAsk(t *testing.T) {
	t.Parallel()
	if got := NewPhone(secretPhone).Digits(); got != secretPhone {
		t.Errorf("digits %q", got)
	}
	if got := NewEmail(secretEmail).Reveal(); got != secretEmail {
		t.Errorf("email %q", got)
	}
	if !(Phone{}).IsZero() || !(Email{}).IsZero() || !(AgentRef{}).IsZero() || (Phone{}).Digits() != "" || (Typed{}).Reveal() != "" {
		t.Error("zero values are not zero")
	}
	if !NewEmail("A@b.co").Equal(NewEmail("a@B.CO")) || NewPhone("1").Equal(NewPhone("2")) {
		t.Error("equality is wrong")
	}
	if !RefEmail("A@b.co").Equal(RefEmail("a@b.co")) || RefEmail("a").Equal(RefName("a")) {
		t.Error("equality of references is wrong")
	}
}
