import { csrfField, webPaths } from '@entente/accounts/web';

/** The script of the page. It writes text, never markup, so that nothing it shows can become part of the page. */
export const pageJs = `'use strict';
const paths = ${JSON.stringify(webPaths)};
const byId = (id) => document.getElementById(id);
let csrf = '';

function say(text) { byId('fault').textContent = ''; byId('status').textContent = text; }
function complain(text) { byId('status').textContent = ''; byId('fault').textContent = text; }

async function ask(path, body) {
  const options = body === undefined ? {} : {
    method: 'POST',
    headers: { 'content-type': 'application/json', '${csrfField}': csrf },
    body: JSON.stringify(body),
  };
  let response;
  try {
    response = await fetch(path, { ...options, credentials: 'same-origin', redirect: 'error' });
  } catch {
    throw new Error('The server cannot be reached. Try again later.');
  }
  const value = response.status === 204 ? undefined : await response.json().catch(() => undefined);
  if (response.ok) return value;
  const { detail = 'The server has refused the request.', reason = '', remedy = '' } = value ?? {};
  if (reason === 'signed-out') showSignIn();
  throw new Error(reason === 'signed-out' ? 'You are not signed in any more.' : detail + '. ' + remedy);
}

function showSignIn() {
  csrf = '';
  byId('who').hidden = true;
  byId('account').hidden = true;
  byId('people').replaceChildren();
  byId('devices').replaceChildren();
  byId('signing-in').hidden = false;
}

function showAccount(session) {
  csrf = session.csrf;
  byId('address').textContent = session.address;
  byId('signing-in').hidden = true;
  byId('who').hidden = false;
  byId('account').hidden = false;
}

function cell(text) {
  const made = document.createElement('td');
  made.textContent = text;
  return made;
}

function rowOf(device) {
  const row = document.createElement('tr');
  const action = document.createElement('td');
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = 'Sign out';
  button.setAttribute('aria-label', 'Sign out ' + device.contact);
  button.addEventListener('click', doing(async () => {
    await ask(paths.deviceSignOut, { device: device.id });
    await readDevices();
    byId('refresh').focus();
    say('The device is signed out.');
  }));
  action.append(button);
  row.append(
    cell(device.contact),
    cell(device.isOutside ? 'outside' : 'inside'),
    cell(new Date(device.registered).toLocaleString()),
    action,
  );
  return row;
}

async function readDevices() {
  const { devices } = await ask(paths.devices);
  byId('devices').replaceChildren(...devices.map(rowOf));
  return devices.length;
}

function doing(act) {
  return async (event) => {
    event.preventDefault();
    try {
      await act(event.currentTarget ?? event.target);
    } catch (error) {
      complain(error.message);
    }
  };
}

byId('sign-in').addEventListener('submit', doing(async (form) => {
  const session = await ask(paths.signIn, { address: form.address.value, password: form.password.value });
  form.reset();
  showAccount(session);
  await readDevices();
  say('You are signed in.');
  byId('people-title').focus();
}));

byId('sign-out').addEventListener('click', doing(async () => {
  await ask(paths.signOut, {});
  showSignIn();
  say('You are signed out.');
  byId('signing-in-title').focus();
}));

byId('search').addEventListener('submit', doing(async (form) => {
  const { isComplete, people } = await ask(paths.people + '?q=' + encodeURIComponent(form.query.value));
  byId('people').replaceChildren(...people.map(({ address }) => {
    const item = document.createElement('li');
    item.textContent = address;
    return item;
  }));
  say(people.length + (people.length === 1 ? ' person' : ' people') + ' found' + (isComplete ? '.' : ', and there are more: type more of the name.'));
}));

byId('refresh').addEventListener('click', doing(async () => {
  const count = await readDevices();
  say(count + (count === 1 ? ' device is' : ' devices are') + ' signed in.');
}));

byId('change').addEventListener('submit', doing(async (form) => {
  if (form.newPassword.value !== form.again.value) throw new Error('The two new passwords differ.');
  const session = await ask(paths.password, { password: form.password.value, newPassword: form.newPassword.value });
  form.reset();
  showAccount(session);
  await readDevices();
  say('Your password is changed.');
}));

ask(paths.session).then(async (session) => {
  showAccount(session);
  await readDevices();
}).catch(showSignIn);
`;
