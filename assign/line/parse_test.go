package line

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"azeer-slack/assign/agent"
)

// saudi is the contact of most lines below, omarAddress the agent.
const (
	saudi       = "966544444444"
	omarAddress = "omar@twerlo.com"
)

// PhoneSpellings are for the tests outside this package, too.
var PhoneSpellings = phoneSpellings

// phoneSpellings are ways of writing saudi in Saudi Arabia.
var phoneSpellings = []string{
	"0544444444",
	"544444444",
	"966544444444",
	"+966544444444",
	"00966544444444",
	"+966 54 444 4444",
	"+966 54 4444444",
	"966 54 444 4444",
	"00966 54 444 4444",
	"00 966 54 444 4444",
	"+966 (0)54 444-4444",
	"+966 (0) 54 444 4444",
	"+966 054 444 4444",
	"+9660544444444",
	"966 0544444444",
	"009660544444444",
	"(+966) 54 444 4444",
	"(054) 444-4444",
	"+ 966 54 444 4444",
	"\u207a966 54 444 4444",
	"[054] 444 4444",
	"054-444-4444",
	"054.444.4444",
	"054/444/4444",
	"054_444_4444",
	"054 - 444 - 4444",
	"0 5 4 4 4 4 4 4 4 4",
	"054\u2013444\u20134444",              // en-dash
	"054\u2014444\u20144444",              // em-dash
	"054\u2011444\u20114444",              // no-break hyphen
	"054\u2010444\u20104444",              // hyphen
	"054\u2212444\u22124444",              // minus
	"054\u00a0444\u00a04444",              // no-break space
	"054\u2009444\u20094444",              // thin space
	"054\u202f444\u202f4444",              // narrow no-break space
	"054\u3000444\u30004444",              // ideographic space
	"054\u200b444\u200b4444",              // zero-width space
	"054\t444\n4444",                      // tab, newline
	"\u200e0544444444\u200f",              // direction marks
	"\u202a+966 54 444 4444\u202c",        // embedding, as contacts apps paste it
	"\u202d0544444444\u202c",              // override
	"\u2066+966544444444\u2069",           // isolate
	"\u20680544444444\u2069",              // first strong isolate
	"\u061c0544444444",                    // Arabic letter mark
	"\ufeff0544444444",                    // byte order mark
	"05\u200c44\u200d44\u20604444",        // zero-width joiners
	"٠٥٤٤٤٤٤٤٤٤",                          // Arabic-Indic
	"+٩٦٦ ٥٤ ٤٤٤ ٤٤٤٤",                    // with a plus
	"٠٠٩٦٦٥٤٤٤٤٤٤٤٤",                      // with 00
	"۰۵۴۴۴۴۴۴۴۴",                          // Persian
	"०५४४४४४४४४",                          // Devanagari
	"０５４４４４４４４４",                          // full-width
	"＋９６６ ５４ ４４４ ４４４４",                    // full-width plus
	"٠٥٤-٤٤٤-٤٤٤٤",                        // dashes among Arabic digits
	"966544444444+",                       // the plus ended up behind
	"\u200f٩٦٦٥٤٤٤٤٤٤٤٤+",                 //
	"tel:0544444444",                      //
	"tel:+966-54-444-4444",                //
	"TEL:0544444444",                      //
	"<tel:0544444444>",                    //
	"<tel:0544444444|0544444444>",         //
	"<tel:+966544444444|054 444 4444>",    //
	"<tel:+966544444444|call him>",        //
	"<tel:+966%2054%20444%204444>",        //
	"<tel:966544444444|+966 54 444 4444>", //
	"\u202a<tel:0544444444|0544444444>\u202c",
	"+966 <tel:544444444|544444444>", // linked in part
	"whatsapp:+966544444444",
	"WhatsApp: 0544444444",
	"phone: 0544444444",
	"جوال: 0544444444",
	"wa.me/966544444444",
	"https://wa.me/966544444444",
	"<https://wa.me/966544444444>",
	"<https://wa.me/966544444444|wa.me/966544444444>",
	"https://wa.me/966544444444?text=Hi",
	"<https://api.whatsapp.com/send?phone=966544444444&amp;text=Hi>",
	"https://api.whatsapp.com/send?phone=966544444444",
	`"0544444444"`,
	"“0544444444”",
	"'054 444 4444'",
	"«0544444444»",
	"(0544444444)",
	"&lt;0544444444&gt;",
	"*0544444444*",
	"`0544444444`",
	"0544444444.",
	"0544444444:",
	"0544444444 / 0544444444", // the same twice
	"0544444444, +966 54 444 4444",
}

// agentSpellings are ways of writing an agent, and what they mean.
var agentSpellings = map[string]agent.Ref{
	omarAddress:                                             agent.RefEmail(omarAddress),
	"OMAR@Twerlo.COM":                                       agent.RefEmail("OMAR@Twerlo.COM"),
	"omar@twerlo.com,":                                      agent.RefEmail(omarAddress),
	"omar@twerlo.com.":                                      agent.RefEmail(omarAddress),
	"omar@twerlo.com؛":                                      agent.RefEmail(omarAddress),
	"omar@twerlo.com،":                                      agent.RefEmail(omarAddress),
	"omar@twerlo.com؟":                                      agent.RefEmail(omarAddress),
	"omar@twerlo.com!":                                      agent.RefEmail(omarAddress),
	"<mailto:omar@twerlo.com>":                              agent.RefEmail(omarAddress),
	"<mailto:omar@twerlo.com|omar@twerlo.com>":              agent.RefEmail(omarAddress),
	"<mailto:omar@twerlo.com|Omar>":                         agent.RefEmail(omarAddress),
	"<mailto:omar@twerlo.com|omar@twerlo.com>.":             agent.RefEmail(omarAddress),
	"<mailto:omar@twerlo.com?subject=Hi>":                   agent.RefEmail(omarAddress),
	"mailto:omar@twerlo.com":                                agent.RefEmail(omarAddress),
	"email: omar@twerlo.com":                                agent.RefEmail(omarAddress),
	"agent:omar@twerlo.com":                                 agent.RefEmail(omarAddress),
	`"omar@twerlo.com"`:                                     agent.RefEmail(omarAddress),
	"'omar@twerlo.com'":                                     agent.RefEmail(omarAddress),
	"“omar@twerlo.com”":                                     agent.RefEmail(omarAddress),
	"«omar@twerlo.com»":                                     agent.RefEmail(omarAddress),
	"(omar@twerlo.com)":                                     agent.RefEmail(omarAddress),
	"*omar@twerlo.com*":                                     agent.RefEmail(omarAddress),
	"<omar@twerlo.com>":                                     agent.RefEmail(omarAddress),
	"&lt;omar@twerlo.com&gt;":                               agent.RefEmail(omarAddress),
	"Omar <omar@twerlo.com>":                                agent.RefEmail(omarAddress),
	"Omar &lt;omar@twerlo.com&gt;":                          agent.RefEmail(omarAddress),
	"Omar &lt;<mailto:omar@twerlo.com|omar@twerlo.com>&gt;": agent.RefEmail(omarAddress),
	`"Omar Harbi" <omar@twerlo.com>`:                        agent.RefEmail(omarAddress),
	"Omar Harbi (omar@twerlo.com)":                          agent.RefEmail(omarAddress),
	"\u200eomar@\u200etwerlo.com\u200f":                     agent.RefEmail(omarAddress),
	"omar@twer\u200blo.com":                                 agent.RefEmail(omarAddress),
	"omar＠twerlo．com":                                       agent.RefEmail(omarAddress),
	"omar+vip@mail.twerlo.com":                              agent.RefEmail("omar+vip@mail.twerlo.com"),
	"o'hara@twerlo.com":                                     agent.RefEmail("o'hara@twerlo.com"),
	"0544444444@twerlo.com":                                 agent.RefEmail("0544444444@twerlo.com"),
	"0544444444.omar@twerlo.com":                            agent.RefEmail("0544444444.omar@twerlo.com"),
	"0544444444-omar@twerlo.com":                            agent.RefEmail("0544444444-omar@twerlo.com"),
	"عمر@مثال.السعودية":                                     agent.RefEmail("عمر@مثال.السعودية"),
	"omar@xn--mgbh0fb.xn--kgbechtv":                         agent.RefEmail("omar@xn--mgbh0fb.xn--kgbechtv"),
	"omar@twerlo.com OMAR@twerlo.com":                       agent.RefEmail(omarAddress),
	"<@U012ABCDEF>":                                         agent.RefMention("U012ABCDEF"),
	"<@U012ABCDEF|omar>":                                    agent.RefMention("U012ABCDEF"),
	"<@W012ABCDEF>":                                         agent.RefMention("W012ABCDEF"),
	"\u2068<@U012ABCDEF>\u2069":                             agent.RefMention("U012ABCDEF"),
	"to <@U012ABCDEF>, please":                              agent.RefMention("U012ABCDEF"),
	"me":                                                    agent.RefMe(),
	"ME.":                                                   agent.RefMe(),
	"to me please":                                          agent.RefMe(),
	"@me":                                                   agent.RefMe(),
	"أنا":                                                   agent.RefMe(),
	"انا":                                                   agent.RefMe(),
	"Omar":                                                  agent.RefName("Omar"),
	"@omar":                                                 agent.RefName("omar"),
	"Omar Harbi":                                            agent.RefName("Omar Harbi"),
	"  Omar \u00a0 Harbi ":                                  agent.RefName("Omar Harbi"),
	`"Omar Harbi"`:                                          agent.RefName("Omar Harbi"),
	"“Omar Harbi”":                                          agent.RefName("Omar Harbi"),
	"(Omar)":                                                agent.RefName("Omar"),
	"Omar (Sales)":                                          agent.RefName("Omar (Sales)"),
	"عمر الحربي":                                            agent.RefName("عمر الحربي"),
	"«عمر»":                                                 agent.RefName("عمر"),
	"إلى عمر":                                               agent.RefName("عمر"),
	"to Omar":                                               agent.RefName("Omar"),
	"agent: Omar":                                           agent.RefName("Omar"),
	"Al-Harbi":                                              agent.RefName("Al-Harbi"),
	"O'Hara":                                                agent.RefName("O'Hara"),
	"omar2":                                                 agent.RefName("omar2"),
	"<http://omar.me|omar.me>":                              agent.RefName("omar.me"),
	"omar@<http://twerlo.com|twerlo.com>":                   agent.RefEmail("omar@twerlo.com"),
	"&lt;@U012ABCDEF&gt;":                                   agent.RefName("U012ABCDEF"),
}

func TestParseReadsEverySpelling(t *testing.T) {
	t.Parallel()
	if n := len(phoneSpellings) + len(agentSpellings); n < 100 {
		t.Errorf("%d spellings, want at least 100", n)
	}
	for _, phone := range phoneSpellings {
		expectLine(t, phone+" "+omarAddress, saudi, agent.RefEmail(omarAddress))
		expectLine(t, omarAddress+" "+phone, saudi, agent.RefEmail(omarAddress))
		expectLine(t, phone, saudi, agent.Ref{})
		if got, err := ParsePhone(phone, "SA"); err != nil || got.Digits() != saudi {
			t.Errorf("ParsePhone(%q) = %q, %v", phone, got.Digits(), err)
		}
	}
	for agent, want := range agentSpellings {
		expectLine(t, "0544444444 "+agent, saudi, want)
		expectLine(t, agent+" 0544444444", saudi, want)
		expectLine(t, agent, "", want)
		if got, err := ParseAgent(agent); err != nil || !same(got, want) {
			t.Errorf("ParseAgent(%q) = %s, %v", agent, got.Encode(), err)
		}
	}
}

func same(a, b agent.Ref) bool { return a.Encode() == b.Encode() }

func expectLine(t *testing.T, text, contact string, agent agent.Ref) {
	t.Helper()
	got, err := Parse(text, "SA")
	if err != nil {
		t.Errorf("Parse(%q): %v", text, err)
		return
	}
	digits := ""
	for _, c := range got.Contacts {
		digits += c.Digits()
	}
	if digits != contact || !same(got.Agent, agent) || got.Help {
		t.Errorf("Parse(%q) = %q, %q, help %t; want %q, %q", text, digits, got.Agent.Encode(), got.Help, contact, agent.Encode())
	}
}

func TestParseReadsWholeLines(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"0544444444,omar@twerlo.com",
		"0544444444, omar@twerlo.com",
		"0544444444،omar@twerlo.com",
		"0544444444;omar@twerlo.com",
		"0544444444 -> omar@twerlo.com",
		"0544444444->omar@twerlo.com",
		"0544444444 → omar@twerlo.com",
		"0544444444 => omar@twerlo.com",
		"0544444444 -&gt; omar@twerlo.com",
		"0544444444 = omar@twerlo.com",
		"0544444444=omar@twerlo.com",
		"0544444444 - omar@twerlo.com",
		"0544444444: omar@twerlo.com",
		"0544444444 | omar@twerlo.com",
		"0544444444 to omar@twerlo.com",
		"0544444444 for omar@twerlo.com",
		"0544444444 إلى omar@twerlo.com",
		"please assign 0544444444 to omar@twerlo.com",
		"assign: 0544444444 to: omar@twerlo.com.",
		"contact: 0544444444 agent: omar@twerlo.com",
		"contact 0544444444 omar@twerlo.com",
		"assign the customer 0544444444 to omar@twerlo.com",
		"please assign this number 054 444 4444 to omar@twerlo.com",
		"Contact Number 0544444444 -> omar@twerlo.com",
		"omar@twerlo.com client: 0544444444",
		"العميل 0544444444 إلى omar@twerlo.com",
		"رقم العميل ٠٥٤٤٤٤٤٤٤٤ إلى omar@twerlo.com",
		"omar@twerlo.com، هذا الرقم 0544444444",
		"جهة الاتصال 0544444444 إلى omar@twerlo.com",
		"0544444444\nomar@twerlo.com",
		"0544444444\u200bomar@twerlo.com",
		"omar@twerlo.com\u200b0544444444",
		"0544444444\u2003omar@twerlo.com",
		"<tel:0544444444|0544444444><mailto:omar@twerlo.com|omar@twerlo.com>",
		"\u200f\u202b0544444444\u202c omar@twerlo.com\u200f",
		"omar@twerlo.com +966 54 444 4444",
	} {
		expectLine(t, text, saudi, agent.RefEmail(omarAddress))
	}
	expectLine(t, "", "", agent.Ref{})
	expectLine(t, " \u200f\u00a0\n", "", agent.Ref{})
}

// A word that says what a number is may be part of a name, too.
func TestParseEatsNobodysName(t *testing.T) {
	t.Parallel()
	expectLine(t, "0544444444 client omar", saudi, agent.RefName("client omar"))
	expectLine(t, "sales lead 0544444444", saudi, agent.RefName("sales lead"))
	expectLine(t, "to Sales Lead, 0544444444", saudi, agent.RefName("Sales Lead"))
	expectLine(t, "0544444444 Lead", saudi, agent.RefName("Lead"))
	expectLine(t, "إلى عمر العميل 0544444444", saudi, agent.RefName("عمر العميل"))
	expectLine(t, "the contact", "", agent.RefName("the contact"))
	expectLine(t, "the 0544444444", saudi, agent.RefName("the"))
	expectLine(t, "lead, 0544444444", saudi, agent.RefName("lead"))
}

func TestParseKnowsACallForHelp(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"help", " HELP ", "?", "؟", "مساعدة", "--help", "\u200fمساعدة"} {
		if got, err := Parse(text, "SA"); err != nil || !got.Help {
			t.Errorf("Parse(%q) = %v, %v; want help", text, got, err)
		}
	}
	if got, _ := Parse("help 0544444444", "SA"); got.Help {
		t.Error("help beside a number is a name")
	}
}

func TestParseKeepsBothHalvesAsTyped(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, contact, agent string }{
		{"\u202a٠٥٤ ٤٤٤ ٤٤٤٤\u202c Omar Harbi", "٠٥٤ ٤٤٤ ٤٤٤٤", "Omar Harbi"},
		{"<tel:+966544444444|054 444 4444> <mailto:Omar@twerlo.com|Omar@twerlo.com>", "054 444 4444", "Omar@twerlo.com"},
		{"05444 omar@twerlo.com", "05444", omarAddress},
		{"0544444444 omar@", "0544444444", "omar@"},
		{"0544444444 0555555555 <@U012ABCDEF|omar>", "0544444444 0555555555", "<@U012ABCDEF>"},
		{"0544444444 omar@twerlo.com, sara@twerlo.com", "0544444444", "omar@twerlo.com, sara@twerlo.com"},
		{"0544444444 <!here>", "0544444444", "@here"},
		{"<tel:0544444444|0544444444> <mailto:o@x.sa|o@x.sa> a &amp; b" + strings.Repeat(" ", MaxTyped), "0544444444 o@x.sa a & b", ""},
		{"0544444444 " + strings.Repeat("a", MaxTyped), "0544444444 " + strings.Repeat("a", MaxTyped-11), ""},
	} {
		got, _ := Parse(c.text, "SA")
		if got.TypedContact != c.contact || got.TypedAgent != c.agent {
			t.Errorf("Parse(%q) typed %q and %q, want %q and %q", c.text, got.TypedContact, got.TypedAgent, c.contact, c.agent)
		}
	}
}

// wrongLines are lines with a mistake, the part it is about, and that part as typed.
var wrongLines = []struct {
	text  string
	kind  MistakeKind
	part  Part
	typed string
}{
	{"05444 omar@twerlo.com", PhoneTooShort, PartContact, "05444"},
	{"5 omar@twerlo.com", PhoneTooShort, PartContact, "5"},
	{"+ omar@twerlo.com", PhoneTooShort, PartContact, "+"},
	{"+966 omar@twerlo.com", PhoneTooShort, PartContact, "+966"},
	{"+966 54 444 omar@twerlo.com", PhoneTooShort, PartContact, "+966 54 444"},
	{"٠٥٤٤٤ omar@twerlo.com", PhoneTooShort, PartContact, "٠٥٤٤٤"},
	{"0544444444, 05555 omar@twerlo.com", PhoneTooShort, PartContact, "05555"},
	{"+683 400 omar@twerlo.com", PhoneTooShort, PartContact, "+683 400"},
	{"911 omar@twerlo.com", PhoneTooShort, PartContact, "911"},
	{"4444444 omar@twerlo.com", PhoneTooShort, PartContact, "4444444"},
	{"05444444440555555555 omar@twerlo.com", PhoneTooLong, PartContact, "05444444440555555555"},
	{"+9665444444444444 omar@twerlo.com", PhoneTooLong, PartContact, "+9665444444444444"},
	{"054444444444444 omar@twerlo.com", PhoneTooLong, PartContact, "054444444444444"},
	{"0544444444 05555 omar@twerlo.com", PhoneTooLong, PartContact, "0544444444 05555"},
	{"0699999999 omar@twerlo.com", PhoneInvalid, PartContact, "0699999999"},
	{"05444444444 omar@twerlo.com", PhoneInvalid, PartContact, "05444444444"},
	{"054444444 omar@twerlo.com", PhoneInvalid, PartContact, "054444444"},
	{"+966 444 444 444 omar@twerlo.com", PhoneInvalid, PartContact, "+966 444 444 444"},
	{"966966544444444 omar@twerlo.com", PhoneLikely, PartContact, "966966544444444"},
	{"+0544444444 omar@twerlo.com", PhoneCountry, PartContact, "+0544444444"},
	{"+999 54 444 4444 omar@twerlo.com", PhoneCountry, PartContact, "+999 54 444 4444"},
	{"000966544444444 omar@twerlo.com", PhoneCountry, PartContact, "000966544444444"},
	{"9.66544E+11 omar@twerlo.com", PhoneScientific, PartContact, "9.66544E+11"},
	{"0521234567 omar@twerlo.com", PhoneUnlisted, PartContact, "0521234567"},
	{"123456789@lid omar@twerlo.com", PhoneHiddenID, PartContact, "123456789@lid"},
	{"120363024999999999@g.us omar@twerlo.com", PhoneGroupID, PartContact, "120363024999999999@g.us"},
	{"++966544444444 omar@twerlo.com", PhoneLikely, PartContact, "++966544444444"},
	{"966+544444444 omar@twerlo.com", PhonePlus, PartContact, "966+544444444"},
	{"0544444444+ omar@twerlo.com", PhonePlus, PartContact, "0544444444+"},
	{"+966544444444+ omar@twerlo.com", PhonePlus, PartContact, "+966544444444+"},
	{"05444O4444 omar@twerlo.com", PhoneLikely, PartContact, "05444O4444"},
	{"1-8000-FLOWERS omar@twerlo.com", PhoneLetters, PartContact, "1-8000-FLOWERS"},
	{"O544444444 omar@twerlo.com", PhoneLikely, PartContact, "O544444444"},
	{"0544ABCDEF omar@twerlo.com", PhoneLetters, PartContact, "0544ABCDEF"},
	{"054*4444444 omar@twerlo.com", PhoneCharacters, PartContact, "054*4444444"},
	{"%0544444444 omar@twerlo.com", PhoneCharacters, PartContact, "%0544444444"},
	{"054&amp;4444444 omar@twerlo.com", PhoneCharacters, PartContact, "054&4444444"},
	{"0544444444x12 omar@twerlo.com", PhoneExtension, PartContact, "0544444444x12"},
	{"0544444444 ext 12 omar@twerlo.com", PhoneExtension, PartContact, "0544444444 ext 12"},
	{"0544444444 ext. 12 omar@twerlo.com", PhoneExtension, PartContact, "0544444444 ext. 12"},
	{"0544444444 ext12 omar@twerlo.com", PhoneExtension, PartContact, "0544444444 ext12"},
	{"0544444444#12 omar@twerlo.com", PhoneExtension, PartContact, "0544444444#12"},
	{"0544444444 تحويلة ١٢ omar@twerlo.com", PhoneExtension, PartContact, "0544444444 تحويلة ١٢"},
	{"<tel:+966544444444;ext=12|0544444444> omar@twerlo.com", LinkDisagree, PartContact, "0544444444"},
	{"<tel:+966544444444;ext=12> omar@twerlo.com", PhoneExtension, PartContact, "+966544444444;ext=12"},
	{"<tel:+966555555555|054 444 4444> omar@twerlo.com", LinkDisagree, PartContact, "054 444 4444"},
	{"0544444444 0555555555 omar@twerlo.com", ManyContacts, PartContact, "0544444444 0555555555"},
	{"0544444444 omar@twerlo.com 0555555555", ManyContacts, PartContact, "0544444444, 0555555555"},
	{"0544444444, 0555555555 omar@twerlo.com", ManyContacts, PartContact, "0544444444, 0555555555"},
	{"0544444444/0555555555 omar@twerlo.com", ManyContacts, PartContact, "0544444444/0555555555"},
	{"054 444 4444 055 555 5555", ManyContacts, PartContact, "054 444 4444 055 555 5555"},
	{"+966 54 444 4444 +971 50 123 4567 me", ManyContacts, PartContact, "+966 54 444 4444 +971 50 123 4567"},
	{"+966544444444+971501234567 me", PhonePlus, PartContact, "+966544444444+971501234567"},
	{"0544444444omar@twerlo.com", RunTogether, PartWhole, "0544444444omar@twerlo.com"},
	{"omar@twerlo.com0544444444", RunTogether, PartWhole, "omar@twerlo.com0544444444"},
	{"0544444444omar", RunTogether, PartWhole, "0544444444omar"},
	{"٠٥٤٤٤٤٤٤٤٤عمر", RunTogether, PartWhole, "٠٥٤٤٤٤٤٤٤٤عمر"},
	{"0544444444/omar@twerlo.com", RunTogether, PartWhole, "0544444444/omar@twerlo.com"},
	{"0544444444–omar@twerlo.com", RunTogether, PartWhole, "0544444444–omar@twerlo.com"},
	{"0544444444:omar@twerlo.com", RunTogether, PartWhole, "0544444444:omar@twerlo.com"},
	{"omar@twerlo.com-+966544444444", RunTogether, PartWhole, "omar@twerlo.com-+966544444444"},
	{"0544444444-omar", RunTogether, PartWhole, "0544444444-omar"},
	{"عمر/٠٥٤٤٤٤٤٤٤٤", RunTogether, PartWhole, "عمر/٠٥٤٤٤٤٤٤٤٤"},
	{"0544444444 https://twerlo.com/omar", StrangeLink, PartWhole, "https://twerlo.com/omar"},
	{"<https://example.com/966544444444> me", StrangeLink, PartWhole, "https://example.com/966544444444"},
	{"https://wa.me/message/ABC123 me", StrangeLink, PartWhole, "https://wa.me/message/ABC123"},
	{"wa.me/0544444444 me", PhoneCountry, PartContact, "wa.me/0544444444"},
	{"0544444444 omar@", EmailNoDomain, PartAgent, "omar@"},
	{"0544444444 @twerlo.com", EmailNoUser, PartAgent, "@twerlo.com"},
	{"0544444444 @", EmailNoUser, PartAgent, "@"},
	{"0544444444 omar@@twerlo.com", EmailManyAts, PartAgent, "omar@@twerlo.com"},
	{"0544444444 omar@twerlo@com", EmailManyAts, PartAgent, "omar@twerlo@com"},
	{"0544444444 omar@twerlo", EmailBadDomain, PartAgent, "omar@twerlo"},
	{"0544444444 omar@twerlo..com", EmailBadDomain, PartAgent, "omar@twerlo..com"},
	{"0544444444 omar@-twerlo.com", EmailBadDomain, PartAgent, "omar@-twerlo.com"},
	{"0544444444 omar@.com", EmailBadDomain, PartAgent, "omar@.com"},
	{"0544444444 omar@127.0.0.1", EmailBadDomain, PartAgent, "omar@127.0.0.1"},
	{"0544444444 omar@twer_lo.com", EmailBadDomain, PartAgent, "omar@twer_lo.com"},
	{"0544444444 .omar@twerlo.com", EmailBadUser, PartAgent, ".omar@twerlo.com"},
	{"0544444444 om..ar@twerlo.com", EmailBadUser, PartAgent, "om..ar@twerlo.com"},
	{"0544444444 om(ar@twerlo.com", EmailBadUser, PartAgent, "om(ar@twerlo.com"},
	{"0544444444 omar @twerlo.com", EmailSpaces, PartAgent, "omar @twerlo.com"},
	{"0544444444 omar@ twerlo.com", EmailSpaces, PartAgent, "omar@ twerlo.com"},
	{"0544444444 omar @ twerlo.com", EmailSpaces, PartAgent, "omar @ twerlo.com"},
	{"0544444444 omar@twerlo .com", EmailSpaces, PartAgent, "omar@twerlo .com"},
	{"0544444444 <mailto:sara@twerlo.com|omar@twerlo.com>", LinkDisagree, PartAgent, omarAddress},
	{"0544444444 omar@twerlo.com sara@twerlo.com", ManyAgents, PartAgent, "omar@twerlo.com, sara@twerlo.com"},
	{"omar@twerlo.com 0544444444 sara@twerlo.com", ManyAgents, PartAgent, "omar@twerlo.com, sara@twerlo.com"},
	{"0544444444 omar, sara", ManyAgents, PartAgent, "omar, sara"},
	{"0544444444 omar &amp; sara", ManyAgents, PartAgent, "omar, sara"},
	{"omar 0544444444 sara", ManyAgents, PartAgent, "omar, sara"},
	{"0544444444 Omar omar@twerlo.com", ManyAgents, PartAgent, "Omar, omar@twerlo.com"},
	{"assign 0544444444 customer to omar@twerlo.com", ManyAgents, PartAgent, "customer, omar@twerlo.com"},
	{"0544444444 me omar@twerlo.com", ManyAgents, PartAgent, "me, omar@twerlo.com"},
	{"0544444444 <@U012ABCDEF> <@U034ABCDEF>", ManyAgents, PartAgent, "<@U012ABCDEF>, <@U034ABCDEF>"},
	{"0544444444 omar@twerlo.co m", ManyAgents, PartAgent, "omar@twerlo.co, m"},
	{"0544444444 <#C123456789|sales>", AgentIsChannel, PartAgent, "#sales"},
	{"0544444444 <#C123456789|>", AgentIsChannel, PartAgent, "<#C123456789|>"},
	{"0544444444 <!subteam^>", MentionMalformed, PartAgent, "<!subteam^>"},
	{"0544444444 <!subteam^S012ABCDEF|@sales> omar@twerlo.com", ManyAgents, PartAgent, "<!subteam^S012ABCDEF|@sales>, omar@twerlo.com"},
	{"0544444444 <!here>", AgentIsEveryone, PartAgent, "@here"},
	{"0544444444 <!channel>", AgentIsEveryone, PartAgent, "@channel"},
	{"0544444444 <@B012ABCDEF>", MentionMalformed, PartAgent, "<@B012ABCDEF>"},
	{"0544444444 <@>", MentionMalformed, PartAgent, "<@>"},
	{"!!!", NothingRead, PartWhole, "!!!"},
	{"😀", NothingRead, PartWhole, "😀"},
	{"to", NothingRead, PartWhole, "to"},
	{strings.Repeat("a", MaxTyped+1), TooLong, PartWhole, strings.Repeat("a", shownMost-1) + "…"},
}

func TestParseNamesEveryMistake(t *testing.T) {
	t.Parallel()
	if len(wrongLines) < 60 {
		t.Errorf("%d wrong lines, want at least 60", len(wrongLines))
	}
	for _, c := range wrongLines {
		_, err := Parse(c.text, "SA")
		expectMistake(t, c.text, err, c.kind, c.part, c.typed)
	}
}

func expectMistake(t *testing.T, text string, err error, kind MistakeKind, part Part, typed string) {
	t.Helper()
	var m *Mistake
	if !errors.As(err, &m) {
		t.Errorf("%q: error %v, want %s", text, err, kind)
		return
	}
	if m.Kind != kind || m.Part != part || m.Typed.Reveal() != typed {
		t.Errorf("%q: %s of %s in %q, want %s of %s in %q", text, m.Kind, m.Part, m.Typed.Reveal(), kind, part, typed)
	}
}

func TestFieldsNameEveryMistake(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text  string
		kind  MistakeKind
		typed string
	}{
		{"", ContactMissing, ""},
		{" \u200f ", ContactMissing, ""},
		{omarAddress, ContactNotPhone, omarAddress},
		{"Omar", ContactNotPhone, "Omar"},
		{"<@U012ABCDEF>", ContactNotPhone, "<@U012ABCDEF>"},
		{"<#C123456789|sales>", ContactNotPhone, "#sales"},
		{"0544444444 omar", ContactNotPhone, "0544444444 omar"},
		{"https://twerlo.com", StrangeLink, "https://twerlo.com"},
		{"0544444444 0555555555", ManyContacts, "0544444444 0555555555"},
		{"05444", PhoneTooShort, "05444"},
		{"0544444444omar", RunTogether, "0544444444omar"},
		{"-", NothingRead, "-"},
		{strings.Repeat("5", MaxTyped+1), TooLong, strings.Repeat("5", shownMost-1) + "…"},
	} {
		_, err := ParsePhone(c.text, "SA")
		expectMistake(t, c.text, err, c.kind, PartContact, c.typed)
	}
	for _, c := range []struct {
		text  string
		kind  MistakeKind
		typed string
	}{
		{"", AgentMissing, ""},
		{"0544444444", AgentIsPhone, "0544444444"},
		{"0544444444 omar@twerlo.com", AgentIsPhone, "0544444444 omar@twerlo.com"},
		{"05", AgentIsPhone, "05"},
		{"omar@", EmailNoDomain, "omar@"},
		{"omar, sara", ManyAgents, "omar, sara"},
		{"<!here>", AgentIsEveryone, "@here"},
		{"<https://twerlo.com>", StrangeLink, "https://twerlo.com"},
		{"?", NothingRead, "?"},
		{strings.Repeat("a", MaxTyped+1), TooLong, strings.Repeat("a", shownMost-1) + "…"},
	} {
		_, err := ParseAgent(c.text)
		expectMistake(t, c.text, err, c.kind, PartAgent, c.typed)
	}
}

func ExampleParse() {
	reading, _ := Parse("٠٥٤ ٤٤٤ ٤٤٤٤ إلى omar@twerlo.com", "SA")
	fmt.Println(reading.Contacts[0].International(), reading.Agent.Reveal())

	_, err := Parse("05444444440 omar@twerlo.com", "SA")
	fmt.Println(err)
	// Output:
	// +966 54 444 4444 omar@twerlo.com
	// read contact …440: phone_invalid
}

func TestParseKeepsTheGoodHalfBesideAMistake(t *testing.T) {
	t.Parallel()
	got, err := Parse("0544444444 0555555555 omar@twerlo.com", "SA")
	if err == nil || len(got.Contacts) != 2 || !same(got.Agent, agent.RefEmail(omarAddress)) {
		t.Errorf("two contacts: %d contacts, agent %s, %v", len(got.Contacts), got.Agent.Encode(), err)
	}
	got, err = Parse("0544444444 omar@", "SA")
	if err == nil || len(got.Contacts) != 1 || !got.Agent.IsZero() {
		t.Errorf("bad email: %d contacts, agent %s, %v", len(got.Contacts), got.Agent.Encode(), err)
	}
}
