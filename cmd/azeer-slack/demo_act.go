package main

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

// errQuit ends the demo in good order.
var errQuit = errors.New("quit")

const promptHelp = `  /assign 0544444444 omar@twerlo.com   assign, in any spelling; /assign alone opens the form
  form contact=0544444444 agent=omar   fill in the open form and submit it (opens one first if need be)
  cancel                               close the form
  click LABEL                          press a button, in the form or in the newest message that has it
  shortcut                             the global shortcut "Assign contact"
  as NAME                              be somebody else: manager, sara, omar, layla, guest, partner
  in PLACE                             go elsewhere: #general, #support, #vip, @azeer, @sara
  azeer                                who owns whom in Azeer
  quit
`

// deed is what one line at the prompt does, and what should come of it.
type deed struct {
	due due
	do  func(context.Context) error
}

// due is what a person expects to see after a deed.
type due int

const (
	nothing  due = iota
	anything     // a message or a form
	aMessage     // a message; a form with its mistakes marked does as well
)

// read understands one line of the prompt. Its error is for the person who typed.
func (d *demo) read(line string) (deed, error) {
	word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
	rest = strings.TrimSpace(rest)
	switch {
	case strings.HasPrefix(word, "/"):
		return deed{due: anything, do: func(context.Context) error { return d.command(line) }}, nil
	case word == "form":
		return deed{due: aMessage, do: func(ctx context.Context) error { return d.fillIn(ctx, rest) }}, nil
	case word == "cancel":
		return deed{do: func(context.Context) error { return d.cancel() }}, nil
	case word == "click" && rest != "":
		return deed{due: anything, do: func(context.Context) error { return d.click(rest) }}, nil
	case word == "shortcut":
		return deed{due: anything, do: func(context.Context) error { return d.shortcut() }}, nil
	case word == "as" && rest != "":
		return deed{do: func(context.Context) error { return d.become(rest) }}, nil
	case word == "in" && rest != "":
		return deed{do: func(context.Context) error { return d.walk(rest) }}, nil
	case word == "azeer":
		return deed{do: func(context.Context) error { d.showOwners(); return nil }}, nil
	case word == "help" || word == "?":
		return deed{do: func(context.Context) error { d.out.print(promptHelp); return nil }}, nil
	case word == "quit" || word == "exit":
		return deed{do: func(context.Context) error { return errQuit }}, nil
	}
	return deed{}, fmt.Errorf("%q is nothing I know; type help, or a command such as /assign 0544444444 omar@twerlo.com", line)
}

func (d *demo) command(line string) error {
	return shown(d.me.Command(d.place, line))
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

func (d *demo) shortcut() error {
	d.me.GoTo(d.place)
	return shown(d.me.Shortcut("assign_contact"))
}

func (d *demo) become(name string) error {
	person, ok := d.box.Slack.Find(name)
	if !ok {
		return fmt.Errorf("there is nobody called %s here", name)
	}
	d.me = person
	if outsider := person.Config().Guest || person.Config().External; outsider && d.place == demoPlace {
		d.place = "#support" // they are not in #general
	}
	return nil
}

func (d *demo) walk(place string) error {
	if !strings.HasPrefix(place, "#") && !strings.HasPrefix(place, "@") {
		place = "#" + place
	}
	_, somebody := d.box.Slack.Find(place)
	places := append(d.box.Slack.Channels(), "@azeer")
	if !slices.Contains(places, place) && !somebody {
		return fmt.Errorf("there is no %s here, but %s and each person's @name", place, strings.Join(places, ", "))
	}
	d.place = place
	return nil
}

func (d *demo) cancel() error {
	form := d.topForm()
	if form == nil {
		return errors.New("no form is open")
	}
	return shown(d.me.Cancel(form))
}

func (d *demo) topForm() *slack.Form {
	forms := d.me.Forms()
	if len(forms) == 0 {
		return nil
	}
	return forms[len(forms)-1]
}

// click presses the button with that label, or one whose label holds it, in the open
// form or else in the newest message that has one.
func (d *demo) click(label string) error {
	if form := d.topForm(); form != nil {
		if b, ok := findButton(form.Buttons, label); ok {
			return shown(d.me.Press(form, b.Label))
		}
	}
	for _, m := range slices.Backward(d.me.Unseen()) {
		if b, ok := findButton(m.Buttons, label); ok {
			return shown(d.me.Click(m, b.Label))
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
func (d *demo) fillIn(ctx context.Context, text string) error {
	fields, err := readFields(text)
	if err != nil {
		return err
	}
	form := d.topForm()
	if form == nil {
		if err := d.shortcut(); err != nil {
			return err
		}
		if form, err = d.me.Form(ctx); err != nil {
			return fmt.Errorf("wait for the form: %w", err)
		}
	}
	values, err := d.formValues(form, fields)
	if err != nil {
		return err
	}
	if err := shown(d.me.Submit(form, values)); err != nil {
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
func (d *demo) formValues(form *slack.Form, fields map[string]string) (map[string]string, error) {
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
			options, delivery := d.me.Type(form, block, value)
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

func (d *demo) showOwners() {
	owners := d.box.Azeer.Owners()
	if len(owners) == 0 {
		d.out.print("  Azeer: no contact belongs to anybody yet\n")
		return
	}
	for _, contact := range slices.Sorted(maps.Keys(owners)) {
		d.out.print(fmt.Sprintf("  Azeer: %s belongs to %s\n", contact, owners[contact]))
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
