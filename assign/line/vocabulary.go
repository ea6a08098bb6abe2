package line

import "strings"

// The words that stand around a number and an agent, in small letters.
var (
	// labels say what follows or went before, and are nobody's name.
	labels = WordSet(`tel telephone phone mobile mob cell cellphone gsm handy ph whatsapp wa mailto email e-mail mail name agent assign
		assignee owner phone_number phonenumber mobile_number waid wa_id jid remotejid chatid
		هاتف الهاتف جوال الجوال موبايل الموبايل محمول المحمول تلفون التلفون تليفون التليفون واتساب واتس الواتساب الواتس رقم الرقم
		للتواصل للاتصال ايميل الايميل بريد البريد الموظف موظف للموظف للموظفة الموظفة`)
	// initials stand for a label before a colon only: elsewhere they may be of a name.
	initials = WordSet(`m t p c w ج ت م`)
	// nouns say what a number is; determiners may stand with them.
	nouns = WordSet(`contact customer client number lead phone mobile no nr
		العميل عميل العميلة عميلة للعميل للعميلة الزبون زبون للزبون الرقم رقم الجوال جوال جهة الاتصال`)
	determiners = WordSet(`the this that is هذا هذه هو`)
	// towards stand before an agent: what follows is a name, even if it is a courtesy too.
	towards = WordSet(`to for assigned إلى الى لـ ل مع على with`)
	// courtesies belong to a sentence and not to what it asks for. Those of leads do so only
	// where a verb follows: they are names as well.
	courtesies = WordSet(`please pls plz kindly thanks thank thx urgent asap
		فضلك فضلكم سمحت سمحتم رجاء رجاءً الرجاء أرجو ارجو يرجى يُرجى شكرا شكرًا مشكور عاجل عاجلا عاجلًا ضروري`)
	pairs = map[string]string{"thank": "you", "من": "فضلك فضلكم", "لو": "سمحت سمحتم"}
	verbs = WordSet(`assign reassign transfer give handover move
		عين عيّن عيّني عينوا عيّنوا تعيين تعين تعيّن تعيّني أسند اسند أسندي اسندي أسندوا اسندوا إسناد اسناد تسند تسندي تسندوا
		حول حوّل حولي حوّلي حولوا حوّلوا تحويل تحول تحوّل تحوّلي سلم سلّم سلّمي تسليم تسلم تسلّم تسلّمي
		انقل انقلي انقلوا نقل تنقل تنقلي خصص خصّص خصّصي تخصيص تخصص تخصّص وزع وزّع وزّعي توزيع أعط اعط أعطي اعطي أعطوا`)
	leads = WordSet(`i we i'd we'd want need like to can could would you hi hey hello now
		هل يمكن يمكنك يمكنكم ممكن تقدر تقدري أن ان أريد اريد نريد مرحبا مرحبًا السلام عليكم الآن الان`)
)

// domains are the ends of most people's addresses.
var domains = WordSet(`com net org edu gov io co me info biz app dev ai cloud tech online shop store
	sa ae eg kw bh qa om jo iq ye lb sy ps ma tn dz ly sd uk de fr us in tr pk eu`)

// WordSet makes a set of the words of a text.
func WordSet(words string) map[string]bool {
	set := make(map[string]bool)
	for w := range strings.FieldsSeq(words) {
		set[w] = true
	}
	return set
}

// isLabel tells whether a word says what follows or went before.
func isLabel(word string) bool {
	w := bare(word)
	return labels[w] || initials[w] && strings.HasSuffix(word, ":")
}

// bare is a word in small letters without the signs around it.
func bare(word string) string {
	return strings.ToLower(strings.Trim(word, Quotes+Stops+",;،؛-—()[]{}#/"))
}

// Trim drops the words around a request that belong to the sentence and not to it, as in
// "could you please assign 0544444444 to omar, thanks".
func Trim(text string) string {
	words := strings.Fields(text)
	words = words[opening(words):]
	all := words
	for n := len(words) - 1; n >= 0 && isCourtesy(all, n) && (n == 0 || !towards[bare(words[n-1])]); n-- {
		words = words[:n]
	}
	return strings.Join(words, " ")
}

// IsOrder tells whether a text begins as an order to do something.
func IsOrder(text string) bool {
	words := strings.Fields(text)
	for _, w := range words[:opening(words)] {
		if verbs[bare(w)] || bare(w) == "over" {
			return true
		}
	}
	return false
}

// corrections are words with which people take back what they wrote.
var corrections = WordSet(`sorry mean meant not instead rather oops correction عفوا عفوًا آسف اسف أقصد اقصد قصدي بل وليس`)

// IsCorrection tells whether a text takes back what went before it.
func IsCorrection(text string) bool {
	for w := range strings.FieldsSeq(text) {
		if corrections[bare(w)] {
			return true
		}
	}
	return false
}

// opening counts the words at the beginning that only lead up to the request: courtesies
// and verbs, and others where a verb follows, as in "could you assign".
func opening(words []string) int {
	end := 0
	for i := range words {
		switch w := bare(words[i]); {
		case verbs[w], w == "hand" && i+1 < len(words) && bare(words[i+1]) == "over", w == "over" && i > 0 && bare(words[i-1]) == "hand",
			(isCourtesy(words, i) || w == "") && end == i:
			end = i + 1
		case !isCourtesy(words, i) && !leads[w] && w != "":
			return end
		}
	}
	return end
}

// isCourtesy tells whether words[i] is one, alone or with its neighbour.
func isCourtesy(words []string, i int) bool {
	w := bare(words[i])
	if courtesies[w] {
		return true
	}
	if second, ok := pairs[w]; ok && i+1 < len(words) {
		return strings.Contains(" "+second+" ", " "+bare(words[i+1])+" ")
	}
	if i > 0 {
		second := pairs[bare(words[i-1])]
		return second != "" && strings.Contains(" "+second+" ", " "+w+" ")
	}
	return false
}
