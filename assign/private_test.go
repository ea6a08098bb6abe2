package assign_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"azeer-slack/assign"
	"azeer-slack/assign/agent"
	"azeer-slack/assign/line"
	"azeer-slack/assign/phone"

	"github.com/rs/zerolog"
)

// secrets holds every masking type where formatters find it: in exported and unexported
// fields, behind pointers, in slices and maps.
type secrets struct {
	Phone    phone.Number
	Email    agent.Email
	Agent    agent.Ref
	Typed    line.Typed
	Mistake  *line.Mistake
	Phones   []phone.Number
	ByKey    map[string]agent.Email
	Request  assign.Request
	phone    phone.Number
	email    agent.Email
	agent    agent.Ref
	typed    line.Typed
	phones   []phone.Number
	pointers *inner
}

type inner struct {
	phone phone.Number
	Email agent.Email
}

const (
	secretPhone = "966512345678"
	secretUser  = "omarharbi"
	secretEmail = secretUser + "@twerlo.com"
)

func newSecrets() secrets {
	number, email, to := phone.New(secretPhone), agent.NewEmail(secretEmail), agent.RefEmail(secretEmail)
	typed := line.NewTyped(secretEmail)
	_, err := line.ParsePhone(secretPhone+"0000", "SA")
	mistake, _ := errors.AsType[*line.Mistake](err)
	return secrets{
		Phone: number, Email: email, Agent: to, Typed: typed,
		Mistake: mistake,
		Phones:  []phone.Number{number}, ByKey: map[string]agent.Email{"key": email},
		Request: assign.Request{Contact: number, Agent: to, Brief: assign.Brief{Note: assign.NewNote(secretEmail)}},
		phone:   number, email: email, agent: to, typed: typed, phones: []phone.Number{number},
		pointers: &inner{number, email},
	}
}

func expectNoSecret(t *testing.T, how, shown string) {
	t.Helper()
	if strings.Contains(shown, secretUser) || strings.Contains(shown, secretPhone[4:]) ||
		strings.Contains(shown, fmt.Sprintf("%x", secretUser)) || strings.Contains(shown, fmt.Sprintf("%X", secretUser)) {
		t.Errorf("%s shows a secret: %s", how, shown)
	}
}

func TestNothingLeaksThroughFmt(t *testing.T) {
	t.Parallel()
	s := newSecrets()
	reading, _ := line.Parse(secretPhone+" "+secretEmail, "SA")
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
	reading, _ := line.Parse(secretPhone+" "+secretEmail, "SA")
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
		{phone.New(secretPhone), "…678"},
		{phone.New("12345"), "…"},
		{phone.Number{}, ""},
		{agent.NewEmail(secretEmail), "o…@twerlo.com"},
		{agent.NewEmail("عمر@twerlo.com"), "ع…@twerlo.com"},
		{agent.NewEmail("42"), "4…"},
		{agent.Email{}, ""},
		{agent.RefEmail(secretEmail), "o…@twerlo.com"},
		{agent.RefName("Omar Harbi"), "name"},
		{agent.RefMention("U012ABCDEF"), "@U012ABCDEF"},
		{agent.RefMe(), "me"},
		{agent.Ref{}, ""},
	} {
		if got := c.masked.String(); got != c.want {
			t.Errorf("%T shows %q, want %q", c.masked, got, c.want)
		}
	}
}

func TestClearValuesAreThereForThoseWhoAsk(t *testing.T) {
	t.Parallel()
	if got := phone.New(secretPhone).Digits(); got != secretPhone {
		t.Errorf("digits %q", got)
	}
	if got := agent.NewEmail(secretEmail).Reveal(); got != secretEmail {
		t.Errorf("email %q", got)
	}
	if !(phone.Number{}).IsZero() || !(agent.Email{}).IsZero() || !(agent.Ref{}).IsZero() || (phone.Number{}).Digits() != "" || (line.Typed{}).Reveal() != "" {
		t.Error("zero values are not zero")
	}
	if !agent.NewEmail("A@b.co").Equal(agent.NewEmail("a@B.CO")) || phone.New("1").Equal(phone.New("2")) {
		t.Error("equality is wrong")
	}
	if !agent.RefEmail("A@b.co").Equal(agent.RefEmail("a@b.co")) || agent.RefEmail("a").Equal(agent.RefName("a")) {
		t.Error("equality of references is wrong")
	}
}
