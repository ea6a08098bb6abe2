package line

import (
	"strings"
	"unicode"

	"azeer-slack/assign/agent"
)

// wrongEmail tells what is wrong with the shape of an address, or nothing. Letters of any
// script pass: the address is sent as it was typed, and Azeer knows whether it exists.
func wrongEmail(address string) MistakeKind {
	user, domain, found := strings.Cut(address, "@")
	switch {
	case strings.Contains(domain, "@"):
		return EmailManyAts
	case user == "":
		return EmailNoUser
	case !found || domain == "":
		return EmailNoDomain
	case !isMailUser(user):
		return EmailBadUser
	case !isMailDomain(domain):
		return EmailBadDomain
	}
	return ""
}

// isMailUser checks what stands before the @: RFC 5322's dot-atom, in any script.
func isMailUser(user string) bool {
	if len(user) > 64 {
		return false
	}
	for atom := range strings.SplitSeq(user, ".") {
		if atom == "" || strings.IndexFunc(atom, notInAtom) >= 0 {
			return false
		}
	}
	return true
}

func notInAtom(r rune) bool { return !IsWordRune(r) && !strings.ContainsRune("!#$%&'*+-/=?^_`{|}~", r) }

// isMailDomain wants at least two labels of letters, digits and inner hyphens, the last
// one without digits.
func isMailDomain(domain string) bool {
	labels := strings.Split(domain, ".")
	for _, label := range labels {
		if label == "" || len(label) > 63 || strings.Trim(label, "-") != label ||
			strings.ContainsFunc(label, func(r rune) bool { return !IsWordRune(r) && r != '-' }) {
			return false
		}
	}
	top := strings.ToLower(labels[len(labels)-1])
	if strings.HasPrefix(top, "xn--") {
		return len(labels) > 1
	}
	return len(labels) > 1 && len([]rune(top)) > 1 && !strings.ContainsFunc(top, unicode.IsDigit)
}

func IsWordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsDigit(r) }

// selves are the words for the requester.
var selves = map[string]bool{"me": true, "myself": true, "أنا": true, "انا": true, "لي": true}

// fillers are words of a sentence around a name that are no part of it.
var fillers = map[string]bool{
	"to": true, "for": true, "assign": true, "please": true, "إلى": true, "الى": true, "لـ": true, "ل": true,
}

// readName makes an agent of the words of a name; the zero half if they are all fillers.
func readName(words []Token) agentHalf {
	filler := func(t Token) bool { return fillers[strings.ToLower(trimWord(t.Text))] }
	for len(words) > 0 && filler(words[0]) {
		words = words[1:]
	}
	for len(words) > 0 && filler(words[len(words)-1]) {
		words = words[:len(words)-1]
	}
	name := trimName(typedWords(words))
	switch {
	case name == "":
		return agentHalf{}
	case selves[strings.ToLower(name)]:
		return agentHalf{typed: name, ref: agent.RefMe()}
	}
	return agentHalf{typed: name, ref: agent.RefName(name)}
}

// trimName drops quotes and stops around a name, the brackets that hold all of it, and
// the @ of a name that Slack did not know.
func trimName(name string) string {
	name = strings.TrimRight(strings.TrimLeft(name, Quotes+Stops), Quotes+Stops)
	if inner, ok := strings.CutPrefix(name, "("); ok && strings.HasSuffix(inner, ")") {
		name = strings.TrimSuffix(inner, ")")
	}
	return strings.TrimSpace(strings.TrimLeft(name, "@"))
}
