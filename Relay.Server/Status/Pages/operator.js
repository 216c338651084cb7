// What the operator can do here. The key stays in its field, goes out in a header, and is kept nowhere.
const at = id => document.getElementById(id);

function say(text, isBad) {
  at('answer').textContent = text;
  at('answer').className = isBad ? 'bad' : '';
}

async function act(action) {
  const listing = action === 'bans';
  const answer = await fetch(`admin/${action}`, {
    method: listing ? 'GET' : 'POST',
    headers: { Authorization: `Bearer ${at('key').value}`, 'Content-Type': 'application/json' },
    body: listing ? undefined : JSON.stringify({ peer: at('peer').value.trim() }),
    cache: 'no-store',
  });
  const isJson = answer.headers.get('Content-Type')?.startsWith('application/json');
  if (!answer.ok || !isJson)
    return say(await answer.text() || `The relay answered with status ${answer.status}.`, true);

  const result = await answer.json();
  at('bans').replaceChildren(...(result.banned ?? []).map(peer => {
    const item = document.createElement('li');
    item.textContent = peer;
    return item;
  }));
  say(result.message, false);
}

export function showOperator(hasKey) {
  at('operator').hidden = !hasKey;
}

at('act').addEventListener('submit', async event => {
  event.preventDefault();
  if (event.submitter?.value === 'drain' && !confirm('Stop this relay? What its mailboxes hold for peers that are away is lost, and reported.'))
    return;
  say('…', false);
  try {
    await act(event.submitter?.value ?? 'bans');
  } catch (failure) {
    say('no answer from the relay', true);
  }
});
