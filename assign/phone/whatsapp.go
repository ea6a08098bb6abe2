package phone

import (
	"net/url"
	"regexp"
	"strings"
)

// whatsAppID is an id as WhatsApp's own programs write it: a number, perhaps with the number
// of an agent and of a device, or a group's, a list's, a channel's or a hidden one.
var whatsAppID = regexp.MustCompile(`(?i)^\+?(\d{5,20}(?:-\d{5,20})?)(?:[_.]\d{1,3})?(?::\d{1,3})?@(s\.whatsapp\.net|c\.us|hosted|lid|hosted\.lid|g\.us|broadcast|newsletter)$`)

// FromID gives the number, with its plus, of a technical id of WhatsApp's
// (966544444444:12@s.whatsapp.net), or the problem that it is one without a number. false:
// word is no such id.
func FromID(word string) (number string, problem Problem, ok bool) {
	word = ASCII(word)
	if strings.EqualFold(word, "status@broadcast") {
		return "", GroupID, true
	}
	found := whatsAppID.FindStringSubmatch(word)
	if found == nil {
		return "", "", false
	}
	switch strings.ToLower(found[2]) {
	case "lid", "hosted.lid":
		return "", HiddenID, true
	case "g.us", "broadcast", "newsletter":
		return "", GroupID, true
	}
	return "+" + found[1], "", !strings.Contains(found[1], "-")
}

// FromLink gives the number, with its plus, of a link to a WhatsApp chat:
// https://wa.me/966…, https://api.whatsapp.com/send?phone=966…, whatsapp://send?phone=966…;
// empty for all else. See https://faq.whatsapp.com/5913398998672934
func FromLink(target string) string {
	if !strings.Contains(target, "://") {
		target = "https://" + target
	}
	link, err := url.Parse(target)
	if err != nil {
		return ""
	}
	number := ""
	switch host := strings.ToLower(link.Hostname()); {
	case link.Scheme == "whatsapp" && host == "send",
		host == "api.whatsapp.com", host == "web.whatsapp.com", host == "whatsapp.com", host == "www.whatsapp.com":
		number = strings.TrimSpace(link.Query().Get("phone"))
	case host == "wa.me", host == "www.wa.me":
		number = strings.Trim(link.Path, "/")
		if number == "" || number == "send" {
			number = strings.TrimSpace(link.Query().Get("phone"))
		}
	}
	number = strings.NewReplacer(" ", "", "-", "", ".", "", "(", "", ")", "", "\u200e", "", "\u202a", "", "\u202c", "").Replace(ASCII(number))
	number = strings.TrimPrefix(number, "+")
	for strings.HasPrefix(number, "00") {
		number = number[len("00"):]
	}
	if number == "" || strings.Trim(number, "0123456789") != "" {
		return ""
	}
	return "+" + number
}

// FromURI gives the number of a tel: link's target without its scheme, as RFC 3966 has it
// (0544444444;phone-context=+966), so that Read reads it: with its context, and with the
// extension as people write one.
func FromURI(target string) string {
	number, parameters, _ := strings.Cut(target, ";")
	for parameter := range strings.SplitSeq(parameters, ";") {
		name, value, _ := strings.Cut(parameter, "=")
		switch {
		case strings.EqualFold(name, "ext") && value != "":
			return number + " ext " + value
		case name != "" && strings.Trim(name, "0123456789") == "": // as some write an extension
			return number + " ext " + name
		case strings.EqualFold(name, "phone-context") && strings.HasPrefix(value, "+") && !strings.HasPrefix(number, "+"):
			number = value + " " + number
		}
	}
	return number
}
