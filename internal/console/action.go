package console

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"

	"azeer-slack/sandbox/slack"
)

// promptHelp says what can be said; people and places come into it.
const promptHelp = `  /assign 0544444444 omar@twerlo.com   assign, in any spelling; /assign alone opens the form
  form contact=0544444444 agent=omar   fill in the open form and submit it (opens one first if need be)
  cancel                               close the form
  click LABEL                          press a button, in the form or in the newest message that has it
  shortcut                             the global shortcut "Assign contact"
  as NAME                              be somebody else: %s
  in PLACE                             go elsewhere: %s, @azeer, @sara
  /invite @azeer                       add the app to the channel
  azeer                                which agent has which contact in Azeer
  quit
`

// action is what one line at the prompt does, and what should come of it.
type action struct {
	due due
	do  func(context.Context) error
}

// due is what a person expects to see after an action.
type due int

const (
	nothing  due = iota
	anything     // a message or a form
	aMessage     // a message; a form with its mistakes marked does as well
)

// read understands one line of the prompt. Its error is for the person who typed.
func (s *Session) read(line string) (action, error) {
	word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
	rest = strings.TrimSpace(rest)
	switch {
	case strings.HasPrefix(word, "/"):
		return action{due: anything, do: func(context.Context) error { return s.command(line) }}, nil
	case word == "form":
		return action{due: aMessage, do: func(ctx context.Context) error { return s.fillIn(ctx, rest) }}, nil
	case word == "cancel":
		return action{do: func(context.Context) error { return s.cancel() }}, nil
	case word == "click" && rest != "":
		return action{due: anything, do: func(context.Context) error { return s.click(rest) }}, nil
	case word == "shortcut":
		return action{due: anything, do: func(context.Context) error { return s.shortcut() }}, nil
	case word == "as" && rest != "":
		return action{do: func(context.Context) error { return s.become(rest) }}, nil
	case word == "in" && rest != "":
		return action{do: func(context.Context) error { return s.walk(rest) }}, nil
	case word == "azeer":
		return action{do: func(context.Context) error { s.showOwners(); return nil }}, nil
	case word == "help" || word == "?":
		return action{do: func(context.Context) error { s.out.print(s.help()); return nil }}, nil
	case word == "quit" || word == "exit":
		return action{do: func(context.Context) error { return ErrQuit }}, nil
	}
	return action{}, fmt.Errorf("%q is not something to say here. You can say:\n\n%s", line, strings.TrimRight(s.help(), "\n"))
}

func (s *Session) help() string {
	var people []string
	for _, person := range s.box.Slack.Persons() {
		people = append(people, person.Handle())
	}
	return fmt.Sprintf(promptHelp, strings.Join(people, ", "), strings.Join(s.box.Slack.Channels(), ", "))
}

func (s *Session) command(line string) error {
	return shown(s.me.Command(s.place, line))
}

// shown is the error that a person reads when the app did not answer as it must.
func shown(delivery *slack.Delivery) error {
	switch {
	case delivery == nil:
		return nil
	case delivery.Err != nil:
		return delivery.Err
	case delivery.Shown != "":
		return fmt.Errorf("slack shows: %s", delivery.Shown)
	}
	return nil
}

func (s *Session) shortcut() error {
	s.me.GoTo(s.place)
	return shown(s.me.Shortcut("assign_contact"))
}

func (s *Session) become(name string) error {
	person, ok := s.box.Slack.Find(name)
	if !ok {
		return fmt.Errorf("there is nobody called %s here", name)
	}
	s.me = person
	if outsider := person.Config().Guest || person.Config().External; outsider && s.place == s.home {
		s.place = "#support" // they are not in #general
	}
	return nil
}

func (s *Session) walk(place string) error {
	if !strings.HasPrefix(place, "#") && !strings.HasPrefix(place, "@") {
		place = "#" + place
	}
	_, somebody := s.box.Slack.Find(place)
	places := append(s.box.Slack.Channels(), "@azeer")
	if !slices.Contains(places, place) && !somebody {
		return fmt.Errorf("there is no %s here, but %s and each person's @name", place, strings.Join(places, ", "))
	}
	s.place = place
	return nil
}

func (s *Session) cancel() error {
	form := s.topForm()
	if form == nil {
		return errors.New("no form is open")
	}
	return shown(s.me.Cancel(form))
}

func (s *Session) topForm() *slack.Form {
	forms := s.me.Forms()
	if len(forms) == 0 {
		return nil
	}
	return forms[len(forms)-1]
}

// click presses the button with that label, or one whose label holds it, in the open
// form or else in the newest message that has one.
func (s *Session) click(label string) error {
	if form := s.topForm(); form != nil {
		if b, ok := findButton(form.Buttons, label); ok {
			return shown(s.me.Press(form, b.Label))
		}
	}
	for _, m := range slices.Backward(s.me.Unseen()) {
		if b, ok := findButton(m.Buttons, label); ok {
			return shown(s.me.Click(m, b.Label))
		}
	}
	return fmt.Errorf("nothing on the screen has a button %q", label)
}

func findButton(buttons []slack.Button, label string) (slack.Button, bool) {
	label = strings.ToLower(label)
	for _, same := range []func(string) bool{
		func(s string) bool { return s == label },
		func(s string) bool { return strings.Contains(s, label) },
	} {
		for _, b := range buttons {
			if same(strings.ToLower(b.Label)) {
				return b, true
			}
		}
	}
	return slack.Button{}, false
}

// fieldNames lead from what one types at the prompt to the blocks of the form; of
// several, the one that the form has.
var fieldNames = map[string][]string{
	"contact": {"contact"},
	"agent":   {"agent", "agent_email"},
	"answer":  {"answer_to"},
}

var fieldStart = regexp.MustCompile(`(?:^|\s)(contact|agent|answer)=`)

// readFields reads "contact=… agent=…"; values may hold spaces.
func readFields(text string) (map[string]string, error) {
	starts := fieldStart.FindAllStringSubmatchIndex(text, -1)
	if len(starts) == 0 || strings.TrimSpace(text[:starts[0][0]]) != "" {
		return nil, errors.New("say which field holds what: form contact=0544444444 agent=omar answer=#general")
	}
	fields := make(map[string]string)
	for i, s := range starts {
		end := len(text)
		if i+1 < len(starts) {
			end = starts[i+1][0]
		}
		fields[text[s[2]:s[3]]] = strings.TrimSpace(text[s[1]:end])
	}
	return fields, nil
}

// fillIn submits the open form, or one that it opens first by the shortcut.
func (s *Session) fillIn(ctx context.Context, text string) error {
	fields, err := readFields(text)
	if err != nil {
		return err
	}
	form := s.topForm()
	if form == nil {
		if err := s.shortcut(); err != nil {
			return err
		}
		if form, err = s.me.Form(ctx); err != nil {
			return fmt.Errorf("wait for the form: %w", err)
		}
	}
	values, err := s.formValues(form, fields)
	if err != nil {
		return err
	}
	if err := shown(s.me.Submit(form, values)); err != nil {
		return err
	}
	if len(form.Errors) > 0 && !form.Closed {
		return mistakes{form.Plain()}
	}
	return nil
}

// mistakes is a form that came back with errors under its fields: an answer, too.
type mistakes struct{ form string }

func (m mistakes) Error() string { return "the form shows mistakes" }

// formValues are the fields by block id. In a menu of agents it types what was given
// and picks the first that Slack then offers, as a person would.
func (s *Session) formValues(form *slack.Form, fields map[string]string) (map[string]string, error) {
	has := form.Values()
	values := make(map[string]string)
	for name, value := range fields {
		block := fieldNames[name][0]
		for _, id := range fieldNames[name] {
			if _, ok := has[id]; ok {
				block = id
			}
		}
		if block == "agent" && value != "" {
			options, delivery := s.me.Type(form, block, value)
			if err := shown(delivery); err != nil {
				return nil, err
			}
			if len(options) == 0 {
				return nil, fmt.Errorf("the menu offers nobody for %q", value)
			}
			value = options[0].Text
		}
		values[block] = value
	}
	return values, nil
}

func (s *Session) showOwners() {
	owners := s.box.Azeer.Owners()
	if len(owners) == 0 {
		s.out.print("  Azeer: no contact belongs to anybody yet\n")
		return
	}
	for _, contact := range slices.Sorted(maps.Keys(owners)) {
		s.out.print(fmt.Sprintf("  Azeer: %s belongs to %s\n", contact, owners[contact]))
	}
}

func indent(text, with string) string {
	return with + strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", "\n"+with)
}

// lineWriter keeps whole prints together.
type lineWriter struct {
	mu  sync.Mutex
	out io.Writer
}

func (w *lineWriter) print(text string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	_, _ = io.WriteString(w.out, text)
}
