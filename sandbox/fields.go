package sandbox

import (
	"fmt"
	"net/mail"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// fill enters values; menus that ask the app are typed into first where the
// wanted option has not been offered yet.
func (p *Person) fill(f *Form, values map[string]string) error {
	for block, text := range values {
		for _, wanted := range p.notOffered(f, block, text) {
			p.Type(f, block, wanted)
		}
	}
	k := p.slack
	k.mu.Lock()
	defer k.mu.Unlock()
	v, err := p.before(f)
	if err != nil {
		return err
	}
	fields := fieldsOf(v.blocks)
	for block, text := range values {
		at := slices.IndexFunc(fields, func(f field) bool { return f.block == block })
		if at < 0 {
			return fmt.Errorf("the form has no field in block %q", block)
		}
		value, err := k.entered(&v.sheet, fields[at], text)
		if err != nil {
			return fmt.Errorf("fill in %q: %w", block, err)
		}
		v.values[fields[at].fieldKey] = object{"type": fields[at].kind, stateKey(fields[at].kind): value}
	}
	k.markView(v)
	return nil
}

// notOffered returns the options wanted of a menu that the app has not offered.
func (p *Person) notOffered(f *Form, block, text string) (missing []string) {
	p.slack.mu.Lock()
	defer p.slack.mu.Unlock()
	v, err := p.before(f)
	if err != nil || text == "" {
		return nil
	}
	menu, ok := v.menu(block)
	if !ok {
		return nil
	}
	wanted := []string{text}
	if stateKey(menu.kind) == "selected_options" {
		wanted = strings.Split(text, ",")
	}
	for _, one := range wanted {
		one = strings.TrimSpace(one)
		_, offered := chosen(v.offered[menu.fieldKey], one)
		if _, held := v.held(menu, one); one != "" && !offered && !held {
			missing = append(missing, one)
		}
	}
	return missing
}

// entered turns what a person enters into the value in state.values.
func (k *Slack) entered(s *sheet, f field, text string) (any, error) {
	switch key := stateKey(f.kind); key {
	case "value", "selected_date", "selected_time":
		if text == "" {
			return nil, nil
		}
		return text, nil
	case "selected_option":
		if text == "" {
			return nil, nil
		}
		return k.option(s, f, text)
	case "selected_options":
		return each(text, func(one string) (any, error) { return k.option(s, f, one) })
	case "selected_date_time":
		if text == "" {
			return nil, nil
		}
		return strconv.ParseInt(text, 10, 64)
	default:
		find := func(one string) (any, error) { return k.thing(s.person, f, one) }
		if strings.HasSuffix(key, "s") {
			return each(text, find)
		}
		if text == "" {
			return nil, nil
		}
		return find(text)
	}
}

func each(text string, one func(string) (any, error)) (any, error) {
	all := []any{}
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		value, err := one(part)
		if err != nil {
			return nil, err
		}
		all = append(all, value)
	}
	return all, nil
}

// option finds the option a person picks: by value or text, among what the
// element lists or the app last offered; a single offer is picked in any case.
func (k *Slack) option(s *sheet, f field, wanted string) (any, error) {
	if held, ok := s.held(f, wanted); ok {
		return held, nil
	}
	choices := choicesOf(f.element)
	if strings.HasSuffix(f.kind, "external_select") {
		choices = s.offered[f.fieldKey]
		if len(choices) == 1 {
			return choices[0].option, nil
		}
	}
	if option, ok := chosen(choices, wanted); ok {
		return option, nil
	}
	return nil, fmt.Errorf("there is no option %q among %d", wanted, len(choices))
}

// thing finds the conversation or person chosen in a select, as the person names
// it.
func (k *Slack) thing(p *Person, f field, name string) (any, error) {
	if singular(f.kind) == "user" {
		if other := k.personNamed(strings.TrimPrefix(name, "@")); other != nil {
			return other.id, nil
		}
		return nil, fmt.Errorf("there is nobody called %q", name)
	}
	c := k.find(p, name)
	if c == nil || !c.members[p.id] {
		return nil, fmt.Errorf("there is no conversation %q", name)
	}
	if !c.passes(f.element.obj("filter")) {
		return nil, fmt.Errorf("the filter leaves out %q", name)
	}
	return c.id, nil
}

// refusals is what the client itself finds wrong before submitting.
func (v *view) refusals() map[string]string {
	wrong := map[string]string{}
	for _, f := range fieldsOf(v.blocks) {
		if text := refusal(f, v.values[f.fieldKey]); f.input && text != "" {
			wrong[f.block] = text
		}
	}
	return wrong
}

func refusal(f field, held object) string {
	value := held[stateKey(f.kind)]
	several, _ := value.([]any)
	text, _ := value.(string)
	switch {
	case value == nil || value == "" || strings.HasPrefix(stateKey(f.kind), "selected_") && several != nil && len(several) == 0:
		if f.optional {
			return ""
		}
		return ShownRequired
	case f.kind == "email_text_input":
		if _, err := mail.ParseAddress(text); err != nil {
			return "Please enter a valid email address."
		}
	case f.kind == "url_text_input":
		if u, err := url.Parse(text); err != nil || u.Host == "" {
			return "Please enter a valid URL."
		}
	case f.kind == "plain_text_input":
		length := len([]rune(text))
		if least := f.element.num("min_length", 0); length < least {
			return fmt.Sprintf("Please enter at least %d characters.", least)
		}
		if most := f.element.num("max_length", 3000); length > most {
			return fmt.Sprintf("Please enter at most %d characters.", most)
		}
	}
	return ""
}

// reading is what a person reads in a field, and the value as Form.Values has it.
func (k *Slack) reading(f field, held object) (shown, value string) {
	switch key := stateKey(f.kind); key {
	case "selected_option":
		text := unescaped.Replace(held.obj(key).plainText("text"))
		return text, text
	case "selected_options":
		var texts []string
		for _, o := range held.objects(key) {
			texts = append(texts, unescaped.Replace(o.plainText("text")))
		}
		text := strings.Join(texts, ", ")
		return text, text
	default:
		switch v := held[key].(type) {
		case string:
			return k.called(v), v
		case int64, float64:
			return fmt.Sprint(v), fmt.Sprint(v)
		case []any:
			var shown, ids []string
			for _, one := range v {
				id, _ := one.(string)
				shown, ids = append(shown, k.called(id)), append(ids, id)
			}
			return strings.Join(shown, ", "), strings.Join(ids, ", ")
		}
	}
	return "", ""
}

// called gives the name of a conversation or person; other text as it is.
func (k *Slack) called(id string) string {
	if name, ok := (lookup{k}).userName(id); ok {
		return "@" + name
	}
	if c := k.find(nil, id); c != nil && c.id == id {
		if c.im {
			return "a direct message"
		}
		return "#" + c.cfg.Name
	}
	return id
}
