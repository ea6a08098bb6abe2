package line

import (
	"slices"
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

// readName makes an agent of the words of a name; the zero half if none of them is part of
// one. Labels are nobody's name; other words around it are left out at its ends.
func readName(words []Token) agentHalf {
	words = slices.DeleteFunc(slices.Clone(words), func(t Token) bool { return isLabel(t.Text) })
	texts := make([]string, len(words))
	for i, t := range words {
		texts[i] = t.Text
	}
	isFiller := func(i int) bool { return towards[bare(texts[i])] || isCourtesy(texts, i) }
	from, to := 0, len(words)
	for from < to && isFiller(from) {
		from++
	}
	for to > from && isFiller(to-1) {
		to--
	}
	name := trimName(typedWords(words[from:to]))
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
