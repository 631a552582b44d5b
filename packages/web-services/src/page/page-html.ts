/** The page: its text is complete without the script, which only fills it and shows its parts. */
export const pageHtml = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Entente: your account</title>
<link rel="stylesheet" href="/page.css">
<script src="/page.js" defer></script>
</head>
<body>
<header>
<h1>Your account</h1>
<p id="who" hidden>Signed in as <strong id="address"></strong>
<button type="button" id="sign-out">Sign out here</button></p>
</header>
<p id="status" role="status"></p>
<p id="fault" role="alert"></p>
<noscript><p>This page needs JavaScript. An administrator can do everything that it does on the command line.</p></noscript>
<main>
<section id="signing-in" aria-labelledby="signing-in-title" hidden>
<h2 id="signing-in-title" tabindex="-1">Sign in</h2>
<form id="sign-in">
<p><label for="user">Address, for example alice@contoso.example</label>
<input id="user" name="address" autocomplete="username" autocapitalize="none" spellcheck="false" required maxlength="254"></p>
<p><label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required maxlength="256"></p>
<p><button type="submit">Sign in</button></p>
</form>
</section>
<div id="account" hidden>
<section aria-labelledby="people-title">
<h2 id="people-title" tabindex="-1">Address book</h2>
<form id="search" role="search">
<p><label for="query">Beginning of a name, at least 3 characters</label>
<input id="query" name="query" type="search" autocomplete="off" autocapitalize="none" spellcheck="false" required minlength="3" maxlength="64">
<button type="submit">Search</button></p>
</form>
<ul id="people" aria-label="People found"></ul>
</section>
<section aria-labelledby="devices-title">
<h2 id="devices-title">Your devices</h2>
<p>A device that knows your password may sign in again. If you have lost one, change your password: that signs out all of them.</p>
<table>
<caption>Devices that are signed in</caption>
<thead><tr><th scope="col">Device</th><th scope="col">Where</th><th scope="col">Signed in since</th><th scope="col">Action</th></tr></thead>
<tbody id="devices"></tbody>
</table>
<p><button type="button" id="refresh">Read the list again</button></p>
</section>
<section aria-labelledby="change-title">
<h2 id="change-title">Change your password</h2>
<p id="change-note">All your devices and other sessions are signed out.</p>
<form id="change" aria-describedby="change-note">
<p><label for="old">Present password</label>
<input id="old" name="password" type="password" autocomplete="current-password" required maxlength="256"></p>
<p><label for="new">New password, at least 8 characters</label>
<input id="new" name="newPassword" type="password" autocomplete="new-password" required minlength="8" maxlength="256"></p>
<p><label for="again">New password again</label>
<input id="again" name="again" type="password" autocomplete="new-password" required minlength="8" maxlength="256"></p>
<p><button type="submit">Change the password</button></p>
</form>
</section>
</div>
</main>
</body>
</html>
`;
