package slack

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"azeer-slack/sandbox/record"
	"azeer-slack/sandbox/slack/jsonmap"
	"azeer-slack/sandbox/slack/rule"
)

const (
	asForm = "application/x-www-form-urlencoded"
	asJSON = "application/json"
)

func TestTokensHaveTheirPlaces(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		method, header, kind, body string
		code                       string
		breach                     record.Rule
	}{
		"app token in the header":          {"apps.connections.open", AppToken, asForm, "", "", ""},
		"app token in the form":            {"apps.connections.open", "", asForm, "token=" + AppToken, "not_authed", rule.TokenPlace},
		"no app token":                     {"apps.connections.open", "", asForm, "", "missing_args", rule.TokenPlace},
		"bot token for a socket":           {"apps.connections.open", BotToken, asForm, "", "not_allowed_token_type", rule.TokenPlace},
		"app token elsewhere":              {"auth.test", AppToken, asForm, "", "not_allowed_token_type", rule.TokenPlace},
		"bot token in the header":          {"auth.test", BotToken, asForm, "", "", ""},
		"bot token in the form":            {"auth.test", "", asForm, "token=" + BotToken, "", ""},
		"bot token in JSON":                {"auth.test", "", asJSON, `{"token":"` + BotToken + `"}`, "not_authed", rule.TokenPlace},
		"bot token in the URL":             {"auth.test?token=" + BotToken, "", asForm, "", "not_authed", rule.TokenPlace},
		"no token":                         {"auth.test", "", asForm, "", "not_authed", rule.TokenPlace},
		"some other token":                 {"auth.test", "xoxb-other", asForm, "", "invalid_auth", ""},
		"unknown method":                   {"chat.scribble", BotToken, asForm, "", "unknown_method", rule.UnknownMethod},
		"no JSON":                          {"auth.test", BotToken, asJSON, "{", "invalid_json", rule.BadRequest},
		"no kind of body that Slack knows": {"auth.test", BotToken, "text/plain", "x", "invalid_post_type", rule.BadRequest},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := begin(t, Config{})
			reply, _, status := post(t, s, c.method, c.header, c.kind, c.body)
			if status != http.StatusOK {
				t.Errorf("status %d", status)
			}
			if c.code == "" {
				wantOK(t, reply)
				return
			}
			wantError(t, reply, c.code)
			if c.breach != "" {
				wantBreach(t, s, c.breach)
			}
		})
	}
}

func TestGetWherePostIsNeeded(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{})
	resp, err := client.Get(s.Slack.APIURL() + "chat.postMessage")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	wantBreach(t, s, rule.BadRequest)
	other, err := client.Get(s.Slack.URL() + "/nowhere")
	if err != nil {
		t.Fatal(err)
	}
	defer other.Body.Close()
	wantBreach(t, s, rule.UnknownPath)
}

func TestScopes(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{})
	_, header, _ := post(t, s, "auth.test", BotToken, asForm, "")
	if got := header.Get("X-OAuth-Scopes"); !strings.Contains(got, "chat:write,users:read") {
		t.Errorf("X-OAuth-Scopes %q", got)
	}
	s.Slack.SetScopes("commands", "users:read")
	reply := api(t, s, "chat.postMessage", map[string]any{"channel": "C1", "text": "x"})
	wantError(t, reply, "missing_scope")
	if reply["needed"] != "chat:write" || reply["provided"] != "commands,users:read" {
		t.Errorf("answer %v", reply)
	}
	user := object(wantOK(t, api(t, s, "users.info", map[string]any{"user": s.Slack.Person("omar").ID()}))).Obj("user")
	if user.Obj("profile")["email"] != nil {
		t.Error("email without users:read.email")
	}
}

func TestRevokedTokens(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{})
	s.Slack.RevokeBotToken()
	s.Slack.RevokeAppToken()
	wantError(t, api(t, s, "auth.test", nil), "token_revoked")
	reply, _, _ := post(t, s, "apps.connections.open", AppToken, asForm, "")
	wantError(t, reply, "invalid_auth")
	if err := s.Slack.Restore(); err != nil {
		t.Fatal(err)
	}
	wantOK(t, api(t, s, "auth.test", nil))
}

func TestPeople(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{})
	layla := s.Slack.Person("layla")
	reply, _, _ := post(t, s, "users.info", "", asForm, formBody("token", BotToken, "user", layla.ID(), "include_locale", "true"))
	user := object(wantOK(t, reply)).Obj("user")
	if user.Str("locale") != "ar-SA" || user.Str("real_name") != "ليلى أحمد" || user.Obj("profile").Str("email") != "layla@twerlo.com" {
		t.Errorf("user %v", user)
	}
	wantError(t, api(t, s, "users.info", map[string]any{"user": "layla"}), "user_not_found")
	wantError(t, api(t, s, "users.lookupByEmail", map[string]any{"email": "nobody@twerlo.com"}), "users_not_found")
	found := object(wantOK(t, api(t, s, "users.lookupByEmail", map[string]any{"email": "OMAR@twerlo.com"}))).Obj("user")
	if found.Str("id") != s.Slack.Person("omar").ID() {
		t.Errorf("found %v", found)
	}
	s.Slack.RemovePerson("layla")
	wantError(t, api(t, s, "users.info", map[string]any{"user": layla.ID()}), "user_not_found")
}

func TestPages(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{})
	var ids []string
	cursor := ""
	for range 20 {
		reply := object(wantOK(t, api(t, s, "users.list", map[string]any{"limit": 3, "cursor": cursor})))
		for _, u := range reply.Objects("members") {
			ids = append(ids, u.Str("id"))
		}
		if cursor = reply.Obj("response_metadata").Str("next_cursor"); cursor == "" {
			break
		}
	}
	slices.Sort(ids)
	if want := len(s.Slack.Persons()) + 2; len(slices.Compact(ids)) != want {
		t.Errorf("%d people, want %d", len(ids), want)
	}
	wantError(t, api(t, s, "users.list", map[string]any{"cursor": "nonsense"}), "invalid_cursor")
	wantError(t, api(t, s, "users.list", map[string]any{"limit": 5000}), "invalid_limit")
}

func TestUserGroups(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{})
	id := s.Slack.AddUserGroup("leads", "sara", "omar")
	reply := object(wantOK(t, api(t, s, "usergroups.users.list", map[string]any{"usergroup": id})))
	if users, _ := reply["users"].([]any); len(users) != 2 {
		t.Errorf("users %v", users)
	}
	wantError(t, api(t, s, "usergroups.users.list", map[string]any{"usergroup": "S404"}), "no_such_subteam")
	if groups := object(wantOK(t, api(t, s, "usergroups.list", nil))).Objects("usergroups"); len(groups) != 1 {
		t.Errorf("groups %v", groups)
	}
	s.Slack.SetUserGroup(id, true, "layla")
	wantError(t, api(t, s, "usergroups.users.list", map[string]any{"usergroup": id}), "no_such_subteam")
	if groups := object(wantOK(t, api(t, s, "usergroups.list", nil))).Objects("usergroups"); len(groups) != 0 {
		t.Errorf("groups that are not disabled: %v", groups)
	}
	all := object(wantOK(t, api(t, s, "usergroups.list", map[string]any{"include_disabled": true, "include_users": true}))).Objects("usergroups")
	if users, _ := all[0]["users"].([]any); len(users) != 1 || all[0]["date_delete"] == float64(0) {
		t.Errorf("groups %v", all)
	}
	if shown := s.Slack.UserGroups(); len(shown) != 1 || !shown[0].Disabled || shown[0].Members[0] != "layla" || shown[0].Handle != "leads" {
		t.Errorf("shown %+v", shown)
	}
}

func TestStatusesAndDoNotDisturb(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{})
	sara := s.Slack.Person("sara")
	until := time.Now().Add(time.Hour)
	sara.SetStatus("Vacationing", ":palm_tree:", until)
	profile := object(wantOK(t, api(t, s, "users.info", map[string]any{"user": sara.ID()}))).Obj("user").Obj("profile")
	if profile.Str("status_text") != "Vacationing" || profile.Str("status_emoji") != ":palm_tree:" || profile["status_expiration"] != float64(until.Unix()) {
		t.Errorf("profile %v", profile)
	}
	if text, emoji := sara.Status(); text != "Vacationing" || emoji != ":palm_tree:" {
		t.Errorf("status %q %q", text, emoji)
	}
	wantError(t, api(t, s, "dnd.teamInfo", map[string]any{"users": sara.ID()}), "missing_scope")
	s.Slack.SetScopes(append(s.Slack.Scopes(), "dnd:read")...)
	sara.DoNotDisturb(time.Now(), until)
	asked := sara.ID() + "," + s.Slack.Person("omar").ID() + ",U404"
	users := object(wantOK(t, api(t, s, "dnd.teamInfo", map[string]any{"users": asked}))).Obj("users")
	if len(users) != 2 || users.Obj(sara.ID())["dnd_enabled"] != true || users.Obj(sara.ID())["next_dnd_end_ts"] != float64(until.Unix()) {
		t.Errorf("users %v", users)
	}
	wantError(t, api(t, s, "dnd.teamInfo", map[string]any{"users": strings.Repeat("U1,", 50) + "U1"}), "too_many_users")
}

func TestConversations(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{})
	omar := s.Slack.Person("omar")
	dm := object(wantOK(t, api(t, s, "conversations.open", map[string]any{"users": omar.ID()}))).Obj("channel").Str("id")
	if !strings.HasPrefix(dm, "D") {
		t.Errorf("DM %q", dm)
	}
	info := object(wantOK(t, api(t, s, "conversations.info", map[string]any{"channel": s.Slack.ChannelID("#support")}))).Obj("channel")
	if info.Str("name") != "support" || info["is_member"] != false {
		t.Errorf("channel %v", info)
	}
	wantError(t, api(t, s, "conversations.info", map[string]any{"channel": s.Slack.ChannelID("#vip")}), "channel_not_found")
	wantError(t, api(t, s, "conversations.info", map[string]any{"channel": dm}), "missing_scope")
	wantError(t, api(t, s, "conversations.open", nil), "users_list_not_supplied")
	wantError(t, api(t, s, "conversations.open", map[string]any{"users": "U404"}), "user_not_found")
}

func TestFailuresOnRequest(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{})
	omar := s.Slack.Person("omar")
	s.Slack.FailAPI("chat.postMessage", 1, Failure{Status: 429, RetryAfter: 1500 * time.Millisecond})
	args := map[string]any{"channel": omar.ID(), "text": "hello"}
	reply, header, status := post(t, s, "chat.postMessage", BotToken, asJSON, string(jsonmap.Encode(args)))
	wantError(t, reply, "ratelimited")
	if status != 429 || header.Get("Retry-After") != "2" {
		t.Errorf("status %d, Retry-After %q", status, header.Get("Retry-After"))
	}
	if left := omar.Unseen(); len(left) > 0 {
		t.Errorf("omar sees %v", left)
	}
	s.Slack.FailAPI("*", -1, Failure{Error: "fatal_error", AfterDoing: true})
	wantError(t, api(t, s, "chat.postMessage", args), "fatal_error")
	if m := sees(t, omar); m.Plain() != "hello" {
		t.Errorf("message %+v", m)
	}
	s.Slack.FailAPI("chat.postMessage", 1, Failure{Reset: true})
	if _, err := client.Post(s.Slack.APIURL()+"chat.postMessage", asForm, nil); err == nil {
		t.Error("the connection was not reset")
	}
	if err := s.Slack.Restore(); err != nil {
		t.Fatal(err)
	}
	s.Slack.SlowAPI("auth.test", 20*time.Millisecond)
	before := time.Now()
	wantOK(t, api(t, s, "auth.test", nil))
	if took := time.Since(before); took < 20*time.Millisecond {
		t.Errorf("took %s", took)
	}
	if calls := s.Slack.APICalls("chat.postMessage"); len(calls) != 1 || calls[0].Args["text"] != "hello" {
		t.Errorf("calls %v", calls)
	}
}

func TestFailingResponseURLCostsNoUse(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{})
	app := greet(t, s)
	d, f := typed(t, s, app)
	app.ack(f, nil)
	settle(t, d)
	s.Slack.FailResponseURL(3, Failure{Status: 503})
	for i := range 3 + maxResponses {
		want := 200
		if i < 3 {
			want = 503
		}
		if status, text := respondTo(t, d.ResponseURL, map[string]any{"text": "x"}); status != want {
			t.Errorf("use %d answers %d %s", i, status, text)
		}
	}
}

func TestRateLimits(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{})
	s.Slack.RateLimits(true)
	body := string(jsonmap.Encode(object{"channel": s.Slack.Person("omar").ID(), "text": "x"}))
	for range 3 {
		reply, _, _ := post(t, s, "chat.postMessage", BotToken, asJSON, body)
		wantOK(t, reply)
	}
	reply, header, status := post(t, s, "chat.postMessage", BotToken, asJSON, body)
	wantError(t, reply, "ratelimited")
	if status != 429 || header.Get("Retry-After") == "" {
		t.Errorf("status %d, %v", status, header)
	}
	post(t, s, "chat.postMessage", BotToken, asJSON, body)
	wantBreach(t, s, rule.RateLimit)
	for range 20 {
		wantOK(t, api(t, s, "users.list", nil))
	}
	wantError(t, api(t, s, "users.list", nil), "ratelimited")
	s.Slack.RateLimits(false)
	wantOK(t, api(t, s, "users.list", nil))
}

func TestBlocksValidate(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{})
	if reply := api(t, s, "blocks.validate", map[string]any{"message": `{"text":"a","blocks":[{"type":"divider"}]}`}); reply["ok"] != true {
		t.Errorf("refused: %v", reply)
	}
	for kind, raw := range map[string]string{
		"blocks":  `[{"type":"sculpture"}]`,
		"message": `{"blocks":[{"type":"header"}]}`,
		"view":    `{"type":"modal","blocks":[]}`,
	} {
		reply := api(t, s, "blocks.validate", map[string]any{kind: raw})
		wantError(t, reply, "invalid_"+kind)
		first, _ := reply["errors"].([]any)[0].(map[string]any)
		if first["message"] == "" || first["code"] == "" || first["pointer"] == nil {
			t.Errorf("%s: errors are %v", kind, reply["errors"])
		}
	}
}
