package mrkdwn

import "strings"

// emoji are those that people put beside a number or a name, and how Slack writes them in
// whatever it sends: https://docs.slack.dev/messaging/formatting-message-text#emoji
var emoji = []string{
	"👉", ":point_right:", "👈", ":point_left:", "👇", ":point_down:", "👍", ":+1:", "👎", ":-1:", "🙏", ":pray:", "👋", ":wave:",
	"✅", ":white_check_mark:", "❌", ":x:", "⚠️", ":warning:", "🚨", ":rotating_light:", "🔥", ":fire:", "⏰", ":alarm_clock:",
	"📞", ":telephone_receiver:", "☎️", ":phone:", "📱", ":iphone:", "💬", ":speech_balloon:", "👤", ":bust_in_silhouette:",
	"❤️", ":heart:", "🌹", ":rose:", "😊", ":blush:", "🇸🇦", ":flag-sa:", "🇦🇪", ":flag-ae:", "🇪🇬", ":flag-eg:",
}

var (
	emojiCodes = strings.NewReplacer(emoji...)
	emojiSigns = func() *strings.Replacer {
		var turned []string
		for i := 0; i < len(emoji); i += 2 {
			turned = append(turned, emoji[i+1], emoji[i])
		}
		return strings.NewReplacer(turned...)
	}()
)
