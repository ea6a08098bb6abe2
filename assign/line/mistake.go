package line

import (
	"fmt"

	"azeer-slack/assign/phone"
)

// Part is the half of a line that a mistake is about.
type Part string

const (
	PartContact Part = "contact"
	PartAgent   Part = "agent"
	PartWhole   Part = "whole"
)

// MistakeKind is one way of typing something wrong. Its value is a stable key.
type MistakeKind string

const (
	// About the line as a whole.
	TooLong      MistakeKind = "too_long"      // More than MaxTyped characters
	NothingRead  MistakeKind = "nothing_read"  // signs only: neither a number nor a word
	RunTogether  MistakeKind = "run_together"  // no space between number and agent
	StrangeLink  MistakeKind = "strange_link"  // a web address, other than WhatsApp's of a number
	LinkDisagree MistakeKind = "link_disagree" // a link shows one number or address and leads to another
	NoteTooLong  MistakeKind = "note_too_long" // More than MaxNote characters behind "note:"

	// About the contact.
	ContactMissing  MistakeKind = "contact_missing"   // ParsePhone was given nothing, or a line has several agents and no number
	ContactNotPhone MistakeKind = "contact_not_phone" // ParsePhone was given words or an address
	ManyContacts    MistakeKind = "many_contacts"     // several good numbers
	PhoneTooShort               = MistakeKind(phone.TooShort)
	PhoneTooLong                = MistakeKind(phone.TooLong)
	PhoneInvalid                = MistakeKind(phone.Invalid)
	PhoneCountry                = MistakeKind(phone.NoCountry)
	PhonePlus                   = MistakeKind(phone.StrayPlus)
	PhoneLetters                = MistakeKind(phone.Letters)
	PhoneCharacters             = MistakeKind(phone.Characters)
	PhoneExtension              = MistakeKind(phone.Extension)
	PhoneAmbiguous              = MistakeKind(phone.Ambiguous) // see Perhaps
	PhoneRewritten              = MistakeKind(phone.Rewritten)
	PhoneScientific             = MistakeKind(phone.Scientific)
	PhoneHiddenID               = MistakeKind(phone.HiddenID)
	PhoneGroupID                = MistakeKind(phone.GroupID)
	PhoneLikely                 = MistakeKind(phone.Likely)   // a question: see Perhaps
	PhoneUnlisted               = MistakeKind(phone.Unlisted) // a question: see Perhaps

	// About the agent.
	AgentMissing     MistakeKind = "agent_missing"     // ParseAgent was given nothing
	AgentIsPhone     MistakeKind = "agent_is_phone"    // ParseAgent was given a number
	AgentIsChannel   MistakeKind = "agent_is_channel"  // a channel was mentioned
	AgentIsEveryone  MistakeKind = "agent_is_everyone" // @here, @channel, @everyone
	ManyAgents       MistakeKind = "many_agents"       // several agents
	MentionMalformed MistakeKind = "mention_malformed" // looks like a mention, holds no user id
	EmailNoUser      MistakeKind = "email_no_user"     // nothing before the @
	EmailNoDomain    MistakeKind = "email_no_domain"   // nothing after the @
	EmailBadUser     MistakeKind = "email_bad_user"    // what is before the @ cannot be
	EmailBadDomain   MistakeKind = "email_bad_domain"  // what is after the @ cannot be
	EmailManyAts     MistakeKind = "email_many_ats"    // several @
	EmailSpaces      MistakeKind = "email_spaces"      // would be an address without its spaces
)

// AllMistakeKinds lists every kind, so that texts can be checked for completeness.
func AllMistakeKinds() []MistakeKind {
	return []MistakeKind{
		TooLong, NothingRead, RunTogether, StrangeLink, LinkDisagree, NoteTooLong,
		ContactMissing, ContactNotPhone, ManyContacts,
		PhoneTooShort, PhoneTooLong, PhoneInvalid, PhoneCountry, PhonePlus, PhoneLetters,
		PhoneCharacters, PhoneExtension, PhoneAmbiguous, PhoneRewritten,
		PhoneScientific, PhoneHiddenID, PhoneGroupID, PhoneLikely, PhoneUnlisted,
		AgentMissing, AgentIsPhone, AgentIsChannel, AgentIsEveryone,
		ManyAgents, MentionMalformed,
		EmailNoUser, EmailNoDomain, EmailBadUser, EmailBadDomain, EmailManyAts, EmailSpaces,
	}
}

// Mistake says what is wrong with something typed. As an error it masks what was typed;
// what the person reads is made of its fields.
type Mistake struct {
	Kind MistakeKind
	Part Part
	// Typed is the wrong part as the person saw it, without invisible characters. It is
	// not escaped for Slack.
	Typed Typed
	// Region is the one that numbers without a country code were read in; empty where
	// only an agent was read.
	Region string
	// Example is a right value for Part, as one may type it.
	Example string
	// Perhaps holds the numbers that could be meant: all that were found with
	// ManyContacts, all readings where IsQuestion; else nil.
	Perhaps []phone.Number
}

// IsQuestion tells a mistake about a number that one of Perhaps would settle.
func (m *Mistake) IsQuestion() bool { return phone.Problem(m.Kind).IsQuestion() }

func (m *Mistake) Error() string {
	return fmt.Sprintf("read %s %s: %s", m.Part, m.Typed, m.Kind)
}

const exampleAgent = "omar@twerlo.com"

func newMistake(kind MistakeKind, part Part, typed, region string) *Mistake {
	m := &Mistake{Kind: kind, Part: part, Typed: NewTyped(shorten(typed)), Region: region}
	switch part {
	case PartContact:
		m.Example = phone.Example(region)
		if phones, wrong := phone.ReadAll(m.Example, region); wrong == "" && needsCountryCode(kind) {
			m.Example = phones[0].International()
		}
	case PartAgent:
		m.Example = exampleAgent
	case PartWhole:
		m.Example = phone.Example(region) + " " + exampleAgent
	}
	return m
}

// needsCountryCode tells the mistakes that the country code, with its plus, mends.
func needsCountryCode(kind MistakeKind) bool { return kind == PhoneAmbiguous || kind == PhoneRewritten }

// shownMost is how many characters of what was typed are shown back.
const shownMost = 120

func shorten(typed string) string {
	if runes := []rune(typed); len(runes) > shownMost {
		return string(runes[:shownMost-1]) + "…"
	}
	return typed
}
