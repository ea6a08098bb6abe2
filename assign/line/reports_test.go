package line

import (
	"errors"
	"testing"

	"azeer-slack/assign/agent"
)

// report is a spelling of a kind that stands in a public report, with other numbers and names.
type report struct {
	region, text string
	want         string      // the contact's digits; empty where it is not read
	kind         MistakeKind // what is wrong; empty where nothing is
	seen         string      // where the kind was reported, or is written down
}

// numberReports are written with an address behind them, which is always read.
var numberReports = []report{
	// Signs and zeros in numbers.
	{"SA", "+966.5444.44444", saudi, "", "Share-Impact/Android-Impact-Issues #86"},
	{"SA", "+966(0)544444444", saudi, "", "catamphetamine/react-phone-number-input #55"},
	{"SA", "+966 (054) 4444444", saudi, "", "espocrm #406"},
	{"SA", "(00966) 54 444 4444", saudi, "", "unicef/hope #1544"},
	{"SA", "966-054-444-4444", saudi, "", "colinhacks/zod #5563"},
	{"SA", "+974055512345", "97455512345", "", "open-wa/wa-automate-nodejs #1498"},
	{"SA", "+49 (0711) 1234567", "497111234567", "", "espocrm #406"},
	{"DE", "0711/1234567", "497111234567", "", "TrevorPilley/phone-number-parser #689"},
	{"SA", "+44-7400-123456--", "447400123456", "", "python-phonenumbers #94"},
	{"FR", "+33 06 12 34 56 78", "33612345678", "", "blinkbitcoin/blink-mobile #2604"},
	{"FR", "06.12.34.56.78", "33612345678", "", "osmose-backend #461"},
	{"GB", "+44 (0) 7400 123456", "447400123456", "", "libphonenumber's FAQ"},
	{"EG", "+2 01001234567", "201001234567", "", "validator.js #717"},
	{"AE", "971 (0) 50-1234567", "971501234567", "", "intl-tel-input #663"},
	{"KW", "+965.5001.2345", "96550012345", "", "Share-Impact/Android-Impact-Issues #86"},
	{"IN", "+91-0-81234-56789", "918123456789", "", "glific #4132"},
	{"RU", "8 (912) 345-67-89", "79123456789", "", "Green API's FAQ"},
	{"US", "+1 (201) 555-0123", "12015550123", "", "YetiForceCRM #6585"},
	{"SA", "+062 812 345 678", "", PhoneCountry, "dsasmita/magento2-whatsapp-chat #1"},
	{"SA", "+++966 54 444 4444", "", PhoneLikely, "libphonenumber #1005"},
	{"SA", "96654444ba4444", "", PhoneLetters, "libphonenumber #1511"},
	{"SA", "0529339123", "", PhoneUnlisted, "class-validator #2678"},

	// WhatsApp's own forms.
	{"SA", "+5215512345678", "525512345678", "", "chatwoot #14048"},
	{"SA", "+52 1 (55) 1234-5678", "525512345678", "", "loqui/im #96"},
	{"SA", "55 31 8888-8888", "5531988888888", "", "waha #1261"},
	{"BR", "55 11 9 6123 4567", "5511961234567", "", "waha #1516"},
	{"BR", "+55 (011) 96123-4567", "5511961234567", "", "360dialog's docs, number formats"},
	{"SA", "+54 11 2345-6789", "5491123456789", "", "chatwoot #14263"},
	{"SA", "+54 (9) 11 2345-6789", "5491123456789", "", "Whapi's help desk"},
	{"SA", "22507123456@c.us", "2250707123456", "", "waha #1894"},
	{"SA", "+229 97 12 34 56", "2290197123456", "", "mobi/telephone_number #138"},
	{"SA", "+237 95 12 34 56", "237695123456", "", "libphonenumber #1051"},
	{"SA", "+241 06 03 12 34", "24166031234", "", "python-phonenumbers #289"},

	// Links that Slack makes of a part of a word.
	{"SA", "<mailto:966544444444@c.us|966544444444@c.us>", saudi, "", "vercel/chat #955"},
	{"SA", "966544444444:<mailto:12@s.whatsapp.net|12@s.whatsapp.net>", saudi, "", "vercel/chat #955"},
	{"SA", "<tel:966544444444|966544444444>@s.whatsapp.net", saudi, "", "ltworf/localslackirc #335"},
	{"SA", "<tel:966544444444|966544444444>@lid", "", PhoneHiddenID, "ltworf/localslackirc #335"},
	{"SA", "<mailto:120363012345678901@g.us|120363012345678901@g.us>", "", PhoneGroupID, "vercel/chat #955"},
	{"SA", "whatsapp://send?phone=<tel:966544444444|966544444444>", saudi, "", "vercel/chat #955"},
	{"SA", "tel:<tel:0544444444|0544444444>;phone-context=<tel:+966|+966>", saudi, "", "RFC 3966"},

	// Ids and fields out of logs and webhooks.
	{"SA", "+966544444444@c.us", saudi, "", "whatsapp-web.js #3438"},
	{"SA", "00966544444444@c.us", saudi, "", "whatsapp-web.js #1966"},
	{"SA", "966544444444:3@c.us", saudi, "", "green-api/docs #22"},
	{"SA", "966544444444:3@s.whatsapp.net", saudi, "", "Baileys #1910"},
	{"SA", "966544444444_1:7@s.whatsapp.net", saudi, "", "whatsmeow, types.JID"},
	{"SA", `"remoteJid": "966544444444@s.whatsapp.net"`, saudi, "", "evolution-api #1764"},
	{"SA", "waid=966544444444", saudi, "", "Baileys' README, contact messages"},
	{"SA", "WaId: 966544444444", saudi, "", "Twilio's webhook parameters"},
	{"SA", "whatsapp:+966544444444", saudi, "", "chatwoot #14174"},
	{"SA", "phone_number: +966544444444", saudi, "", "chatwoot #3462"},
	{"SA", "103899771998284@lid", "", PhoneHiddenID, "evolution-api #1764"},
	{"SA", "69385314111689:12@lid", "", PhoneHiddenID, "evolution-api #2547"},
	{"SA", "120363024999999999@newsletter", "", PhoneGroupID, "waha #1173"},
	{"SA", "status@broadcast", "", PhoneGroupID, "waha #1204"},

	// Links.
	{"SA", "https://api.whatsapp.com/send?phone=+966544444444&text=", saudi, "", "amr3k/oiwa #7"},
	{"SA", "https://api.whatsapp.com/send?phone=%2B966544444444&text=Hi", saudi, "", "giggsey/libphonenumber-for-php #508"},
	{"SA", "https://api.whatsapp.com/send/?phone=966544444444&text&type=phone_number&app_absent=0", saudi, "", "linkback of wa.me"},
	{"SA", "https://web.whatsapp.com/send?phone=966544444444&text=hey%20guys!", saudi, "", "jeanlivino/whatsapp-link-generator #5"},
	{"SA", "https://wa.me/+966%2054%20444%204444", saudi, "", "heddendorp/section-app-client #143"},
	{"SA", "https://wa.me/+966-(54)4444444", saudi, "", "WhatsApp's FAQ, click to chat"},
	{"SA", "https://wa.me/send?phone=966544444444", saudi, "", "calcom/cal.diy #30131"},
	{"SA", "https://wa.me/0544444444", "", PhoneCountry, "dsasmita/magento2-whatsapp-chat #1"},
	{"SA", "[0544444444](tel:0544444444)", saudi, "", "chatwoot #13208"},
	{"SA", "tel:+966-54-444-4444;1234", "", PhoneExtension, "TrevorPilley/phone-number-parser #492"},
	{"SA", "tel:+966-54-444-4444,1234", "", PhoneExtension, "TrevorPilley/phone-number-parser #492"},
	{"SA", "+966544444444,123", "", PhoneExtension, "espocrm #3022"},
	{"SA", "+966 54 444 4444 int 12", "", PhoneExtension, "martsinlabs/telixon #58"},
	{"SA", "0544444444#", "", PhoneCharacters, "libphonenumber #988"},

	// Contact cards.
	{"SA", "TEL;type=CELL;type=VOICE;waid=966544444444:+966 54 444 4444", saudi, "", "Baileys' README, contact messages"},
	{"SA", "item1.TEL;waid=966544444444:+966 54 444 4444", saudi, "", "WhatsApp's exported cards"},
	{"SA", "TEL;waid=553188888888:+55 31 98888-8888", "5531988888888", "", "waha #1261"},
	{"SA", "TEL;waid=966544444444:+966 55 555 5555", "", ManyContacts, "WhatsApp's exported cards"},
	{"SA", "TEL;CELL:0544444444", saudi, "", "nextcloud/contacts #2208"},
	{"SA", "TEL;TYPE=CELL:+966544444444", saudi, "", "nextcloud/contacts #4571"},
	{"SA", "0544444444 ::: 0544444444", saudi, "", "owncloud-archive/contacts #818"},
	{"SA", "0544444444 ::: 0555555555", "", ManyContacts, "owncloud-archive/contacts #818"},

	// Spreadsheets.
	{"SA", "966,544,444,444", saudi, "", "a cell formatted as a number"},
	{"SA", "٩٦٦٬٥٤٤٬٤٤٤٬٤٤٤", saudi, "", "a cell formatted as a number"},
	{"SA", "966544444444,00", saudi, "", "a cell formatted as a number, where the comma is decimal"},
	{"SA", "966544444444.0", saudi, "", "nyaruka/rapidpro #389"},
	{"SA", "9.66544444444E+11", saudi, "", "nyaruka/rapidpro #389"},
	{"SA", "4.41E+11", "", PhoneScientific, "camptix #40"},
	{"SA", "=+966544444444", saudi, "", "YetiForceCRM #6585"},
	{"SA", "\"'0544444444\"", saudi, "", "camptix #40"},

	// What cannot be seen.
	{"SA", "\u202d+966 54 444 4444\u202c", saudi, "", "verbb/hyper #86"},
	{"SA", "\u200e0544444444", saudi, "", "contao/core #8434"},
	{"SA", "+966\ufe0d-54-444-4444", saudi, "", "woocommerce #58000"},
	{"SA", "0544444444\ufffc", saudi, "", "woocommerce #64922"},
	{"SA", "0544\u115f444444", saudi, "", "woocommerce #68164"},
	{"SA", "0544\u034f444444", saudi, "", "woocommerce #68164"},
	{"SA", "054\u2060444\u20604444", saudi, "", "woocommerce #64922"},

	// Labels.
	{"SA", "GSM: 0544444444", saudi, "", "signatures, libphonenumber #1005"},
	{"SA", "Ph# 0544444444", saudi, "", "signatures"},
	{"SA", "M: 0544444444", saudi, "", "signatures"},
	{"SA", "Handy: 0544444444", saudi, "", "signatures"},
	{"SA", "Phone number is 0544444444", saudi, "", "requests in chats"},
	{"SA", "ج: 0544444444", saudi, "", "Arabic signatures"},
	{"SA", "تليفون: 0544444444", saudi, "", "Arabic signatures"},
	{"SA", "للتواصل: 0544444444", saudi, "", "Arabic signatures"},
	{"SA", "رقم الجوال هو 0544444444", saudi, "", "Arabic requests"},
	{"SA", ":flag-sa: 0544444444", saudi, "", "Slack's codes of emoji"},
}

func TestNumbersOutOfReports(t *testing.T) {
	t.Parallel()
	for _, c := range numberReports {
		for _, text := range []string{c.text + " " + omarAddress, omarAddress + " " + c.text} {
			got, err := Parse(text, c.region)
			digits := ""
			if err == nil && len(got.Contacts) == 1 {
				digits = got.Contacts[0].Digits()
			}
			if kindOfError(err) != c.kind || digits != c.want || !same(got.Agent, agent.RefEmail(omarAddress)) {
				t.Errorf("%s: %q in %s is %q, agent %q, %v; want %q %s", c.seen, text, c.region, digits, got.Agent.Encode(), err, c.want, c.kind)
			}
		}
	}
}

// The id that a card shows is what is sent.
func TestAContactCardGivesWhatsAppsID(t *testing.T) {
	t.Parallel()
	got, err := Parse("TEL;type=CELL;waid=553188888888:+55 31 98888-8888", "SA")
	if err != nil || len(got.Contacts) != 1 || got.Contacts[0].ID() != "553188888888" {
		t.Errorf("contact %v, %v", got.Contacts, err)
	}
}

func TestAgentsOutOfReports(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, want, seen string }{
		{"omar@twerlo.com;", "email:omar@twerlo.com", "growthbook #6629"},
		{"omar@twerlo.com.", "email:omar@twerlo.com", "mysociety/foi-register #280"},
		{"Omar Harbi <omar@twerlo.com>", "email:omar@twerlo.com", "keybase-issues #439"},
		{"Omar Harbi [omar@twerlo.com]", "email:omar@twerlo.com", "keybase-issues #439"},
		{`"Harbi, Omar" <omar@twerlo.com>`, "email:omar@twerlo.com", "frappe/helpdesk #2302"},
		{"“Harbi, Omar” &lt;<mailto:omar@twerlo.com|omar@twerlo.com>&gt;", "email:omar@twerlo.com", "modoboa #2347"},
		{"[omar@twerlo.com](mailto:omar@twerlo.com)", "email:omar@twerlo.com", "chatwoot #13208"},
		{"assigned to omar@twerlo.com", "email:omar@twerlo.com", "requests in chats"},
		{"assignee: omar@twerlo.com", "email:omar@twerlo.com", "requests in chats"},
		{"owner: Omar", "name:Omar", "requests in chats"},
		{"—agent omar@twerlo.com", "email:omar@twerlo.com", "mattermost-mobile #5259"},
		{"Omar M.", "name:Omar M", "a name with an initial"},
		{"Omar T", "name:Omar T", "a name with an initial"},
	} {
		for _, text := range []string{"0544444444 " + c.text, c.text + " 0544444444"} {
			got, err := Parse(text, "SA")
			if err != nil || len(got.Contacts) != 1 || got.Contacts[0].Digits() != saudi || got.Agent.Encode() != c.want {
				t.Errorf("%s: %q is %d contacts, agent %q, %v; want %q", c.seen, text, len(got.Contacts), got.Agent.Encode(), err, c.want)
			}
		}
	}
}

// A name and a comma may be two agents, and a link that leads elsewhere is no help.
func TestAgentsOutOfReportsThatAreAskedAbout(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]MistakeKind{
		"0544444444 Harbi, Omar <omar@twerlo.com>":             ManyAgents,   // modoboa #2347
		"0544444444 [sara@twerlo.com](mailto:omar@twerlo.com)": LinkDisagree, // chatwoot #13208
		"[0544444444](tel:0555555555) omar@twerlo.com":         LinkDisagree,
		"0544444444 omar@twerlo,com":                           EmailBadDomain,
		"customer: Khalid phone: 0544444444 agent: Omar":       ManyAgents,
		"054-444-4444,055-555-5555 omar@twerlo.com":            ManyContacts,
		"0544444444,055 555 5555 omar@twerlo.com":              ManyContacts,
		"054 444 4444,055 555 5555 omar@twerlo.com":            ManyContacts,
		"0544444444 \"Ali, Sara\" <sara@twerlo.com> me":        ManyAgents,
		"+1 (XXX) 555-0123 omar@twerlo.com":                    PhoneTooShort, // giggsey/libphonenumber-for-php #508
		"0544444444 https://chat.whatsapp.com/ABCDEF":          StrangeLink,
	} {
		_, err := Parse(text, "SA")
		if m, _ := errors.AsType[*Mistake](err); m == nil || m.Kind != want {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}
