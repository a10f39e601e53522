// A merchant made of two independent SDKs: wechatpay-axios-plugin asks, wechatpay-node-v3 reads what it is told.
const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const zlib = require('node:zlib');

const given = JSON.parse(process.argv[2]);
const modules = path.join(process.cwd(), 'node_modules');
const { Wechatpay, Rsa, Aes, Formatter } = require(path.join(modules, 'wechatpay-axios-plugin'));
const Pay = require(path.join(modules, 'wechatpay-node-v3'));
const read = (name) => fs.readFileSync(path.join(given.keys, name));
const privateKey = Rsa.from(read('apiclient_key.pem'), Rsa.KEY_TYPE_PRIVATE);
const publicKey = Rsa.from(read(given.public_key), Rsa.KEY_TYPE_PUBLIC);
const client = new Wechatpay({
  baseURL: `${given.address}/`, mchid: given.mchid, serial: given.serial, privateKey, secret: given.secret,
  certs: { [given.public_key_id]: publicKey }, headers: { 'Wechatpay-Serial': given.public_key_id },
});

const order = (reference) => ({
  appid: given.appid, mchid: given.mchid, description: '茶 } "1"', out_trade_no: reference,
  notify_url: given.notify_url, amount: { total: 1999, currency: 'CNY' },
});

const steps = {
  async create() {
    const { data } = await client.v3.pay.transactions.native.post(order(given.reference));
    return data;
  },
  async query() {
    const { data } = await client.v3.pay.transactions.outTradeNo[given.reference].get({ params: { mchid: given.mchid } });
    return data;
  },
  async close() {
    const { status } = await client.v3.pay.transactions.outTradeNo[given.reference].close.post({ mchid: given.mchid });
    return status;
  },
  async refund() {
    const { data } = await client.v3.refund.domestic.refunds.post({
      out_trade_no: given.reference, out_refund_no: `R${given.reference}`,
      amount: { refund: 999, total: 1999, currency: 'CNY' }, notify_url: given.notify_url,
    });
    return data;
  },
  async bill() {
    const { data } = await client.v3.bill.tradebill.get({ params: { bill_date: given.day, bill_type: 'ALL', tar_type: 'GZIP' } });
    const { pathname, search } = new URL(data.download_url);
    const file = await client.v3.billdownload.file.get({
      params: Object.fromEntries(new URLSearchParams(search)), responseType: 'arraybuffer',
      transformResponse: [(body) => body],
    });
    const text = zlib.gunzipSync(file.data);
    const same = crypto.createHash('sha1').update(text).digest('hex') === data.hash_value;
    return { same, pathname, lines: text.toString().split('\r\n').length };
  },
  async notice() {
    const { headers, body } = given.notice;
    const told = Formatter.response(headers['Wechatpay-Timestamp'], headers['Wechatpay-Nonce'], body);
    const { resource } = JSON.parse(body);
    const pay = new Pay({
      appid: given.appid, mchid: given.mchid, publicKey: read('apiclient_key.crt.pem'), privateKey: read('apiclient_key.pem'),
      key: given.secret,
    });
    return {
      signed: Rsa.verify(told, headers['Wechatpay-Signature'], publicKey),
      forged: Rsa.verify(`${told} `, headers['Wechatpay-Signature'], publicKey),
      axios: JSON.parse(Aes.AesGcm.decrypt(resource.ciphertext, given.secret, resource.nonce, resource.associated_data)),
      node: pay.decipher_gcm(resource.ciphertext, resource.associated_data, resource.nonce, given.secret),
    };
  },
};

steps[given.step]().then(
  (found) => process.stdout.write(JSON.stringify(found)),
  (error) => process.stdout.write(JSON.stringify({ error: error.message, status: error.response?.status, said: error.response?.data })),
);
