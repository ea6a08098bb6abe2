package prose

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"azeer-slack/assign/line"
)

const saudiFound = "966544444444"

// findRegions are those in which texts are read.
var findRegions = []string{"SA", "EG", "KW", "US", "DE", "MX"}

// foundCases are texts with numbers in them, and the numbers, read in Saudi Arabia.
var foundCases = []struct {
	text string
	want string // E.164 digits, separated by blanks
}{
	// Prose.
	{"0544444444", saudiFound},
	{"Please call 0544444444 today", saudiFound},
	{"Please call 0544444444.", saudiFound},
	{"Call 0544444444, he is waiting", saudiFound},
	{"Is 0544444444 yours?", saudiFound},
	{"The customer (0544444444) asks for a refund", saudiFound},
	{"Customer 0544444444 asks where his order 1234567890 is", saudiFound},
	{"Customer: 0544444444\nOrder: 0512345678", saudiFound},
	{"He paid 1,500.00 SAR, phone 0544444444", saudiFound},
	{"At 10:30 0544444444 called twice", saudiFound},
	{"On 22/11/2026 0544444444 wrote again", saudiFound},
	{"2026-11-22 10:30:45 INFO inbound from=0544444444", saudiFound},
	{"order #1234 for 0544444444", saudiFound},
	{"call him 2 times 0544444444", saudiFound},
	{"2 0544444444", saudiFound},
	{"0544444444 2 times", saudiFound},
	{"“0544444444”", saudiFound},
	{"*0544444444*", saudiFound},
	{"_0544444444_", saudiFound},
	{"~0544444444~", saudiFound},
	{"`0544444444`", saudiFound},
	{"&gt; 0544444444", saudiFound},
	{"&lt;0544444444&gt;", saudiFound},
	{"0544444444…", saudiFound},
	{"0544444444.Call him", saudiFound},
	{"0544444444:Omar", saudiFound},
	{"0544444444 - Omar", saudiFound},
	{"Omar - 0544444444", saudiFound},
	{"Omar 0544444444 omar@twerlo.com", saudiFound},
	{"<@U012ABCDEF> please take 0544444444", saudiFound},
	{"see <https://example.com/orders/1234567890|order 1234567890> of 0544444444", saudiFound},
	{"<https://crm.example.com/c/17|0544444444>", saudiFound},
	{"transfer 0544444444 to Omar", saudiFound},
	{"0544444444 order is late", saudiFound},
	{"0544444444 500 SAR", saudiFound},
	{"0544444444 SAR 500", saudiFound},
	{"500 SAR 0544444444", saudiFound},
	{"WhatsApp account 0544444444", saudiFound},
	{"caller ID: 0544444444", saudiFound},
	{"platform_id: 966544444444", saudiFound},
	// Spellings.
	{"call +966 54 444 4444 now", saudiFound},
	{"call +966544444444 now", saudiFound},
	{"call +966-54-444-4444 now", saudiFound},
	{"call +966 (0) 54 444 4444 now", saudiFound},
	{"call +966 (0)54 444-4444 now", saudiFound},
	{"call (+966) 54 444 4444 now", saudiFound},
	{"call + 966 54 444 4444 now", saudiFound},
	{"call 00966544444444 now", saudiFound},
	{"call 00 966 54 444 4444 now", saudiFound},
	{"call 00966 54 444 4444 now", saudiFound},
	{"call 966544444444 now", saudiFound},
	{"call 966 54 444 4444 now", saudiFound},
	{"call 054 444 4444 now", saudiFound},
	{"call 054-444-4444 now", saudiFound},
	{"call 054 - 444 - 4444 now", saudiFound},
	{"call 054.444.4444 now", saudiFound},
	{"call 054/444/4444 now", saudiFound},
	{"call 054_444_4444 now", saudiFound},
	{"call (054) 444 4444 now", saudiFound},
	{"call (054)444-4444 now", saudiFound},
	{"call [054] 444 4444 now", saudiFound},
	{"call 05 44 44 44 44 now", saudiFound},
	{"the number is 0 5 4 4 4 4 4 4 4 4 ok", saudiFound},
	{"call 054\u2013444\u20134444 now", saudiFound},
	{"call 054\u00a0444\u00a04444 now", saudiFound},
	{"call \u202a+966 54 444 4444\u202c now", saudiFound},
	{"call 05\u200e44444444 now", saudiFound},
	{"call ０５４４４４４４４４ now", saudiFound},
	{"call 0112345678, the shop", "966112345678"},
	{"54 444 4444", saudiFound},
	{"544444444", saudiFound},
	{"- 544444444", saudiFound},
	{"his number is 544444444", saudiFound},
	{"mobile: 544444444", saudiFound},
	{"customerPhone: 544444444", saudiFound},
	{"phone=544444444&lang=ar", saudiFound},
	// Links.
	{"<tel:0544444444|0544444444>", saudiFound},
	{"call <tel:+966544444444|054 444 4444> now", saudiFound},
	{"call <tel:+966544444444|him> now", saudiFound},
	{"+966 <tel:544444444|544444444>", saudiFound},
	{"call tel:0544444444 now", saudiFound},
	{"call tel:+966-54-444-4444", saudiFound},
	{"<https://wa.me/966544444444>", saudiFound},
	{"<https://wa.me/966544444444?text=Hi|chat>", saudiFound},
	{"https://wa.me/966544444444", saudiFound},
	{"write to wa.me/966544444444.", saudiFound},
	{"(https://api.whatsapp.com/send?phone=966544444444&text=Hi)", saudiFound},
	// Arabic.
	{"رقم العميل ٠٥٤٤٤٤٤٤٤٤ يريد التواصل", saudiFound},
	{"العميل رقمه ٠٥٤ ٤٤٤ ٤٤٤٤ الرجاء الاتصال به", saudiFound},
	{"الجوال: ٠٥٤٤٤٤٤٤٤٤، والمدينة الرياض", saudiFound},
	{"جواله ٥٤٤٤٤٤٤٤٤", saudiFound},
	{"اتصل ب0544444444 الآن", saudiFound},
	{"اتصل على ٠٥٤٤٤٤٤٤٤٤؟", saudiFound},
	{"واتساب 0544444444 للطلبات", saudiFound},
	{"واتساب:٠٥٤٤٤٤٤٤٤٤", saudiFound},
	{"هذا رقمي ٠٥٤٤٤٤٤٤٤٤ كلموني", saudiFound},
	{"العميلة سارة ۰۵۴۴۴۴۴۴۴۴ تنتظر", saudiFound},
	{"رقم الجوال للطلب 0544444444", saudiFound},
	{"رقم جوال 0544444444 رقم طلب 0512345678", saudiFound},
	{"راسلني على ٥٤٤٤٤٤٤٤٤", saudiFound},
	{"طلب 0544444444 التحدث مع موظف", saudiFound},
	{"تحويل 0544444444 إلى عمر", saudiFound},
	{"رقم الطلب 1234567890 وجوال العميل 0544444444", saudiFound},
	{"رقم الطلب ٠٥١٢٣٤٥٦٧٨\nرقم الجوال ٠٥٤٤٤٤٤٤٤٤", saudiFound},
	{"رقم الطلب ٠٥١٢٣٤٥٦٧٨\n٠٥٤٤٤٤٤٤٤٤", saudiFound},
	{"عندي مشكلة في الطلب\n٠٥٤٤٤٤٤٤٤٤", saudiFound},
	{"order 0512345678 0544444444", saudiFound},
	{"دفع ٥٠٠ ريال، رقمه +٩٦٦ ٥٤ ٤٤٤ ٤٤٤٤", saudiFound},
	{"\u200f٩٦٦٥٤٤٤٤٤٤٤٤+ رقم العميل", saudiFound},
	{"«0544444444»", saudiFound},
	{"(٠٥٤٤٤٤٤٤٤٤)", saudiFound},
	{"رقم جوال العميل عمر هو ٥٤٤٤٤٤٤٤٤", saudiFound},
	{"في ٢٢/١١/٢٠٢٦ الساعة ١٠:٣٠ اتصلت 0544444444", saudiFound},
	{"صاحب الطلب 0544444444 ينتظر", saudiFound},
	{"رقم صاحب الطلب 0544444444", saudiFound},
	{"العميل صاحب الفاتورة ٠٥٤٤٤٤٤٤٤٤", saudiFound},
	{"صاحبة الرقم 0544444444", saudiFound},
	{"طلب العميل 0544444444", saudiFound},
	{"طلب العميل 0544444444 التحدث مع موظف", saudiFound},
	{"رقم العميل ٥٤٤٤٤٤٤٤٤", saudiFound},
	{"طلب رقم العميل 0544444444", saudiFound},
	{"حساب العميل 0544444444", saudiFound},
	{"رقم الطلب والعميل 0544444444", saudiFound},
	{"رقم الطلب 1234 للعميل 0544444444", saudiFound},
	{"رقم الطلب - العميل 0544444444", saudiFound},
	{"there is no order for customer 0544444444", saudiFound},
	{"phone number of the customer 544444444", saudiFound},
	{"a code for the customer: 0544444444", saudiFound},
	{"order number and customer 0544444444", saudiFound},
	{"order number: 1234 of customer 0544444444", saudiFound},
	{"no order number. Customer 0544444444", saudiFound},
	{"Order number:\ncustomer 0544444444", saudiFound},
	// Numbers from elsewhere.
	{"call +971 50 123 4567 now", "971501234567"},
	{"call 971501234567 now", "971501234567"},
	{"call 201001234567 now", "201001234567"},
	{"call 965 5001 2345 now", "96550012345"},
	{"call 1-202-555-0143 now", "12025550143"},
	{"call + 49 30 1234567 now", "49301234567"},
	{"phone 4915123456789", "4915123456789"},
	{"call +49 (0) 30 1234567 now", "49301234567"},
	// Several.
	{"0544444444 0555555555", saudiFound + " 966555555555"},
	{"0544444444, 0555555555", saudiFound + " 966555555555"},
	{"0544444444,0555555555", saudiFound + " 966555555555"},
	{"0544444444/0555555555", saudiFound + " 966555555555"},
	{"0544444444-0555555555", saudiFound + " 966555555555"},
	{"0544444444 / 0555555555", saudiFound + " 966555555555"},
	{"0544444444\n0555555555", saudiFound + " 966555555555"},
	{"054 444 4444 055 555 5555", saudiFound + " 966555555555"},
	{"054 444 4444 and +966 55 555 5555", saudiFound + " 966555555555"},
	{"٠٥٤٤٤٤٤٤٤٤ و٠٥٥٥٥٥٥٥٥٥", saudiFound + " 966555555555"},
	{"1- 0544444444\n2- 0555555555", saudiFound + " 966555555555"},
	{"1-0544444444\n2-0555555555", saudiFound + " 966555555555"},
	{"1) 544444444\n2) 555555555", saudiFound + " 966555555555"},
	{"Phones:\n544444444\n555555555", saudiFound + " 966555555555"},
	{"+966544444444+971501234567\n+971501234567", "971501234567"},
	{"0544444444 twice: +966 54 444 4444, <tel:0544444444>", saudiFound},
	{"0555555555 then 0544444444 then 0555555555", "966555555555 " + saudiFound},
	{"Omar\t0544444444\t350 SAR\t0555555555", saudiFound + " 966555555555"},
}

// otherNumbers are texts whose digits are no phone numbers.
var otherNumbers = []string{
	"",
	"no digits here",
	// Orders and their like.
	"order 0512345678",
	"Order #0512345678",
	"order no. 0512345678 is late",
	"order number: 0512345678",
	"order id 0512345678",
	"orderId: 0512345678",
	"order_id=0512345678",
	`{"orderId":"0512345678","ts":1732262400}`,
	"Orders: 0512345678, 0512345679 and 0512345670",
	"Orders:\n0512345678\n0512345679",
	"*Order ID:*\n0512345678",
	"*Order ID*\n0512345678",
	"Order number\n0512345678",
	"invoice 0512345678",
	"Invoice No 0512345678",
	"Ref: 0512345678",
	"ref. 0512345678",
	"ticket #0512345678",
	"#0512345678",
	"# 0512345678",
	"request no. 0512345678",
	"tracking number 0512345678",
	"AWB 0512345678",
	"ORD-0512345678",
	"INV/0512345678",
	"SR0512345678",
	"TKT_0512345678",
	"see 0512345678.pdf",
	"customer id: 0512345678",
	"the OTP is 0512345678",
	"order <tel:0512345678|0512345678>",
	"order 512345678",
	"we got 512345678 today",
	"payload 966 512345678901",
	"رقم الطلب ٠٥١٢٣٤٥٦٧٨",
	"رقم الطلب: 0512345678",
	"طلب رقم 0512345678",
	"الطلب 0512345678 متأخر",
	"الطلب رقمه 0512345678",
	"رقم الفاتورة هو 0512345678",
	"فاتورة ٠٥١٢٣٤٥٦٧٨",
	"برقم التتبع 0512345678",
	"والشحنة رقم 0512345678",
	"رقم الهوية 1012345678",
	"رقم الهوية: 0512345678",
	"السجل التجاري 1010123456",
	"رمز التحقق 0512345678",
	"رقم الحساب 0512345678",
	"الطلبات: 0512345678 و0512345679",
	"رقم طلب العميل 0512345678",
	"رقم عقد العميل 0512345678",
	"رقم تذكرة العميل أحمد: 0512345678",
	"رقم هوية العميل 0512345678",
	"هوية العميل 0512345678",
	"برقم حساب العميل ٠٥١٢٣٤٥٦٧٨",
	"رقم المرجع الخاص بالعميل 0512345678",
	"رقم هوية صاحب الطلب 0512345678",
	"صاحب الطلب رقم 0512345678",
	"صاحبة الطلب #0512345678",
	"قال صاحبي: الطلب 0512345678",
	"رقم طلب العميل:\n0512345678",
	"order number for customer 0512345678",
	"order no. of the customer: 0512345678",
	"reference number of the customer 0512345678",
	"ID of the customer 0512345678",
	// Dates and times.
	"22/11/2026", "2026-11-22", "22.11.2026", "11/22/26", "22-11-2026 10:30",
	"٢٢/١١/٢٠٢٦", "١٤٤٨/٠٦/٠٢ هـ", "20261122", "20261122103045", "05 11 2026 10 30",
	"10:30", "from 10:30 to 12:45", "10:05 44 44 44 44", "٠٥:٤٤:٤٤", "2026-11-22T10:30:45.123456789Z",
	"1732262400", "1732262400123", "1732262400.123456", "ts 1732262400", "p1732262400123456",
	// Amounts and measures.
	"544,444,444.00", "1,544,444,444", "544 444 444", "SAR 544444444", "SAR 0544444444", "544444444 SAR",
	"0544444444 ريال", "٥٤٤٬٤٤٤٬٤٤٤", "٥٤٤٤٤٤٤٤٤ ريال", "544.444.444", "$544444444", "€ 0544444444", "0544444444 $",
	"المبلغ 544444444", "total: 544444444", "1 544 444 444", "0544444444%", "544444444 km", "0544444444 ر.س",
	"0.544444444", "3.1415926535", "54.4444444", "500 000 000 and 544 444 444 points",
	// Accounts and ids.
	"SA03 8000 0000 6080 1016 7519", "SA0380000000608010167519", "IBAN: SA44 2000 0001 0544 4444 4400",
	"4444 4444 4444 4444", "4444-0544-4444-4444", "4111111111111111", "300012345600003", "1012345678",
	"123e4567-e89b-12d3-a456-966544444444", "0x0544444444", "deadbeef0544444444", "ID0544444444", "6281234567890",
	"IMG_0544444444.jpg", "0544444444.pdf", "backup-0544444444.tar.gz", "0544444444@twerlo.com", "omar0544444444@twerlo.com",
	"@0544444444", "user0544444444", "build 0544444444", "v1.2.3", "1.20.300.4000", "192.168.100.200", "10.54.44.44",
	"24.7136, 46.6753", "24.713600 46.675300", "24.7136° N, 46.6753° E", "lat 24.713612345",
	// Links and marks.
	"<https://acme.slack.com/archives/C0ABCDEFG/p0544444444123456>", "https://acme.slack.com/archives/C0ABCDEFG/p1732262400123456",
	"<https://example.com/orders/0544444444>", "https://example.com/orders/0544444444", "www.example.com/0544444444",
	"example.com/0544444444", "<https://example.com/?id=0544444444|the order>", "<mailto:0544444444@twerlo.com|0544444444@twerlo.com>",
	"<!date^0544444444^{date}|0544444444>", "<#C0544444444|0544444444>", "<@U0544444444>", "https://wa.me/message/ABC0544444444",
	"<tel:+966555555555|054 444 4444>", "ftp://0544444444/x",
	// Wrong and half numbers.
	"05444", "0544444", "05444444444", "054 444 444", "054 444 4444 4", "12 444 4444 4444", "+966", "+999 54 444 4444", "966+544444444",
	"++966544444444", "0544444444 ext 12", "0544444444 x12", "0544444444x12", "0544444444 تحويلة ١٢", "0544444444#12",
	"05444O4444", "0544444444omar", "054*4444444", "911", "24/7", "1-2-3-4-5-6-7-8-9-0", strings.Repeat("5", 500),
	"9 8 7 6 5 4 3 2 1 0 1 2 3", "+966 54 444 and no more", "scores 10-11, 12-13",
}

func TestPhonesAreFoundInProse(t *testing.T) {
	t.Parallel()
	if len(foundCases) < 80 || len(otherNumbers) < 80 {
		t.Errorf("%d texts with numbers and %d without, want 80 of each", len(foundCases), len(otherNumbers))
	}
	for _, c := range foundCases {
		expectFound(t, c.text, "SA", c.want)
	}
}

func TestOtherNumbersAreLeftAlone(t *testing.T) {
	t.Parallel()
	for _, text := range otherNumbers {
		expectFound(t, text, "SA", "")
	}
}

func TestPhonesAreFoundAsTheRegionWritesThem(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ region, text, want string }{
		{"KW", "call 50012345 now", "96550012345"},
		{"KW", "call 5001 2345 now", "96550012345"},
		{"KW", "order 50012345", ""},
		{"KW", "22112026", ""},
		{"QA", "٣٣١٢٣٤٥٦ رقم العميل", "97433123456"},
		{"AE", "call 050 123 4567 now", "971501234567"},
		{"EG", "كلم ٠١٠٠١٢٣٤٥٦٧ الآن", "201001234567"},
		{"US", "call (202) 555-0143 now", "12025550143"},
		{"US", "call 202-555-0143 now", "12025550143"},
		{"US", "order 2025550143", ""},
		{"US", "1732262400", ""},
		{"DE", "0151 23456789 oder 030 1234567", "4915123456789 49301234567"},
		{"DE", "971501234567", ""},
		{"GB", "ring 07400 123456 or 020 7946 0018", "447400123456 442079460018"},
		{"RU", "звоните 8 (912) 345-67-89", "79123456789"},
	} {
		expectFound(t, c.text, c.region, c.want)
	}
}

func expectFound(t *testing.T, text, region, want string) {
	t.Helper()
	var digits []string
	for _, found := range Find(text, region) {
		digits = append(digits, found.Phone.Digits())
	}
	if got := strings.Join(digits, " "); got != want {
		t.Errorf("%q in %s holds %q, want %q", text, region, got, want)
	}
}

func TestWhatIsFoundDoesNotShowItself(t *testing.T) {
	t.Parallel()
	found := Find("call 051 234 5678", "SA")
	if len(found) != 1 {
		t.Fatalf("%d found", len(found))
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		if shown := fmt.Sprintf(verb, found); strings.Contains(shown, "234567") || strings.Contains(shown, "51 234") {
			t.Errorf("%s shows the number: %s", verb, shown)
		}
	}
}

// FuzzFindPhones holds the finder to its laws, whatever is written:
//   - what is found, ParsePhone reads as the same number from the piece it was read from;
//   - nothing is found twice;
//   - what is found in a line is found in a longer text too;
//   - the attempts to read digits grow no faster than the text.
func FuzzFindPhones(f *testing.F) {
	for i, c := range foundCases {
		f.Add(c.text, uint8(i))
	}
	for i, text := range otherNumbers {
		f.Add(text, uint8(i))
	}
	f.Fuzz(func(t *testing.T, text string, regionAt uint8) {
		region := findRegions[int(regionAt)%len(findRegions)]
		finder := newFinder(region)
		for line := range strings.FieldsFuncSeq(text, isLineBreak) {
			finder.readLine(line)
		}
		if most := 2*mostWords*len(text) + 2; finder.readings > most {
			t.Errorf("%q: %d readings, more than %d", text, finder.readings, most)
		}
		var digits []string
		for _, found := range finder.found {
			again, err := line.ParsePhone(found.Typed.Reveal(), region)
			if err != nil || !again.Equal(found.Phone) {
				t.Errorf("%q: %q reads as %q, %v; found as %q", text, found.Typed.Reveal(), again.Digits(), err, found.Phone.Digits())
			}
			if slices.Contains(digits, found.Phone.Digits()) {
				t.Errorf("%q: %q is found twice", text, found.Phone.Digits())
			}
			digits = append(digits, found.Phone.Digits())
		}
		longer := Find("Hello there.\n\n"+text+"\nBye.", region)
		if len(longer) != len(digits) {
			t.Errorf("%q holds %q, and with lines around it %d", text, digits, len(longer))
		}
	})
}

func TestManyNumbersAreFoundInOneText(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	for i := range 3000 {
		fmt.Fprintf(&text, "0544%06d, ", i)
	}
	if n := len(Find(text.String(), "SA")); n != 3000 {
		t.Errorf("%d found, want 3000", n)
	}
}

// A number of a row, or of a customer, is no country code; where it may be one, both numbers
// are offered.
func TestDigitsBeforeANumberAreNoCountryCode(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Customer 27 0501234567":                                    "966501234567",
		"العميل رقم 27 0501234567":                                  "966501234567",
		"27. 0501234567":                                            "966501234567",
		"2 0501234567\n3 0551234567":                                "966501234567 966551234567",
		"٢- ٠٥٠١٢٣٤٥٦٧":                                             "966501234567",
		"call 971 0501234567":                                       "971501234567 966501234567",
		"call +971 50 123 4567 today":                               "971501234567",
		"call 971501234567 today":                                   "971501234567",
		"from 966544444444@s.whatsapp.net at noon":                  "966544444444",
		"from=966544444444:12@c.us":                                 "966544444444",
		"group 120363024999999999@g.us":                             "",
		"whatsapp://send?phone=966544444444":                        "966544444444",
		"https://wa.me/+966544444444":                               "966544444444",
		"https://web.whatsapp.com/send/?phone=966544444444&text=hi": "966544444444",
		"call 00971 50 123 4567 today":                              "971501234567",
	} {
		expectFound(t, text, "SA", want)
	}
}

func TestDatesAndFilesAreNoContacts(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"leave 05.11-09.11.26", "05.11-09.11.26", "إجازة ٠٥/١١-٠٩/١١/٢٦", "٠٥/١١-٠٩/١١/٢٦", "5/11/2026 - 9/11/2026", "05.11.26–09.11.26",
		"رقم الملف 0512345678", "رقم الموعد: 0512345678", "PNR 0512345678", "S/N 0512345678", "s/n: 0512345678", "File no. 0512345678",
	} {
		expectFound(t, text, "SA", "")
	}
	expectFound(t, "رقم جوال صاحب الملف 0512345678", "SA", "966512345678")
}
