// A peer of another make: node-opcua with security, users, alarms, structures and arrays.
// Told by the first argument (JSON); says "ready PORT"; obeys lines such as {"set": "level", "value": 90}.
"use strict";
const told = JSON.parse(process.argv[2]);
const opcua = require(told.modules + "/node-opcua");
const { Variant, DataType, StatusCodes, VariantArrayType, AttributeIds } = opcua;

async function main() {
  const manager = new opcua.OPCUACertificateManager({
    automaticallyAcceptUnknownCertificate: true,
    rootFolder: told.folder + "/pki",
  });
  await manager.initialize();
  const server = new opcua.OPCUAServer({
    port: told.port,
    serverCertificateManager: manager,
    userCertificateManager: manager,
    certificateFile: told.certificate,
    privateKeyFile: told.key,
    serverInfo: { applicationUri: "urn:peer:server", productUri: "urn:peer" },
    securityPolicies: told.policies.map((name) => opcua.SecurityPolicy[name]),
    securityModes: told.modes.map((name) => opcua.MessageSecurityMode[name]),
    allowAnonymous: told.anonymous,
    userManager: { isValidUser: (user, password) => user === "steward" && password === "correct horse" },
    hostname: "127.0.0.1",
    nodeset_filename: [opcua.nodesets.standard, __dirname + "/peer_types.xml"],
  });
  await server.initialize();
  const space = server.engine.addressSpace;
  space.installAlarmsAndConditionsService();
  for (const uri of told.namespaces) space.registerNamespace(uri);
  const ns = space.registerNamespace("urn:peer:plant");
  const ahu = ns.addObject({
    browseName: "AHU1", nodeId: "s=AHU1", organizedBy: space.rootFolder.objects, eventNotifier: 1,
    eventSourceOf: space.rootFolder.objects.server,
  });
  const held = {};
  const variable = (name, dataType, value, more) => {
    held[name] = ns.addVariable({
      browseName: name, nodeId: "s=AHU1." + name, componentOf: ahu, dataType,
      value: { dataType: DataType[dataType], value }, ...more,
    });
    return held[name];
  };
  variable("level", "Double", 10);
  const temperature = ns.addAnalogDataItem({
    browseName: "temperature", nodeId: "s=AHU1.temperature", componentOf: ahu, dataType: "Double",
    engineeringUnitsRange: { low: -20, high: 80 }, instrumentRange: { low: -20, high: 80 },
    engineeringUnits: opcua.standardUnits.degree_celsius, value: { dataType: DataType.Double, value: 21.5 },
  });
  held.temperature = temperature;
  variable("running", "Boolean", true);
  variable("count", "UInt16", 7);
  variable("mode", "ServerState", 4, { value: { dataType: DataType.Int32, value: 4 } });
  variable("name", "String", "空调");
  variable("title", "LocalizedText", { text: "机组", locale: "zh" });
  variable("since", "DateTime", new Date(Date.UTC(2024, 0, 2, 3, 4, 5)));
  variable("gauge", "Double", 1);
  variable("readonly", "Double", 5, { accessLevel: "CurrentRead", userAccessLevel: "CurrentRead" });
  variable("list", "Float", [1, 2, 3, 4], {
    valueRank: 1, arrayDimensions: [4],
    value: { dataType: DataType.Float, arrayType: VariantArrayType.Array, value: new Float32Array([1, 2, 3, 4]) },
  });
  const outer = space.findDataType("Outer", space.getNamespaceIndex("urn:peer:types"));
  const build = (low) => space.constructExtensionObject(outer, {
    label: "风机", limits: { low, high: 2 }, history: [{ low: 3, high: 4 }, { low: 5, high: 6 }], state: 2,
  });
  held.structure = ns.addVariable({
    browseName: "structure", nodeId: "s=AHU1.structure", componentOf: ahu, dataType: outer.nodeId,
    value: { dataType: DataType.ExtensionObject, value: build(1) },
  });
  const alarm = ns.instantiateExclusiveLimitAlarm("ExclusiveLimitAlarmType", {
    browseName: "LevelAlarm", nodeId: "ns=1;s=LevelAlarm", componentOf: ahu, conditionSource: ahu, inputNode: held.level,
    conditionName: "LevelAlarm", lowLowLimit: -10, lowLimit: 0, highLimit: 50, highHighLimit: 80,
  });
  const other = ns.instantiateExclusiveLimitAlarm("ExclusiveLimitAlarmType", {
    browseName: "TemperatureAlarm", nodeId: "ns=1;s=TemperatureAlarm", componentOf: ahu, conditionSource: ahu, inputNode: temperature,
    conditionName: "TemperatureAlarm", lowLowLimit: -30, lowLimit: -10, highLimit: 40, highHighLimit: 60,
  });
  variable("pressure", "Double", 3);
  const confirmed = ns.instantiateExclusiveLimitAlarm("ExclusiveLimitAlarmType", {
    browseName: "PressureAlarm", nodeId: "ns=1;s=PressureAlarm", componentOf: ahu, conditionSource: ahu, inputNode: held.pressure,
    conditionName: "PressureAlarm", lowLowLimit: -10, lowLimit: 0, highLimit: 10, highHighLimit: 20,
    optionals: ["ConfirmedState", "Confirm"],
  });
  let late = null;
  const commands = {
    set: ({ set, value }) => held[set].setValueFromSource({ dataType: held[set].readValue().value.dataType, value }),
    bad: ({ bad, status }) => held[bad].setValueFromSource(
      { dataType: DataType.Double, value: 0 }, StatusCodes[status]),
    structure: ({ structure }) => held.structure.setValueFromSource(
      { dataType: DataType.ExtensionObject, value: build(structure) }),
    acknowledge: () => {
      for (const one of [alarm, other]) if (one.currentBranch()) one.acknowledgeAndAutoConfirmBranch(
        one.currentBranch(), "seen");
    },
    comment: ({ comment }) => {
      const found = alarm.currentBranch().getComment().text;
      if (found !== comment) throw new Error(`its comment is ${found}`);
    },
    confirmed: ({ confirmed: wanted }) => {
      const found = confirmed.currentBranch().getConfirmedState();
      if (found !== wanted) throw new Error(`confirmed is ${found}`);
    },
    late: ({ late: value }) => { late = variable("late", "Double", value); },
    overflow: () => space.rootFolder.objects.server.raiseEvent("EventQueueOverflowEventType", {
      message: { dataType: DataType.LocalizedText, value: { text: "some events were lost" } } }),
    remove: () => { space.deleteNode(late); },
  };
  await server.start();
  process.stdout.write("ready " + server.endpoints[0].port + "\n");
  let text = "";
  process.stdin.on("data", (data) => {
    text += data;
    for (let at; (at = text.indexOf("\n")) >= 0; text = text.slice(at + 1)) {
      const command = JSON.parse(text.slice(0, at));
      try {
        commands[Object.keys(command)[0]](command);
        process.stdout.write("done\n");
      } catch (error) {
        process.stdout.write("error " + String(error).replace(/\n/g, " ") + "\n");
      }
    }
  });
  process.stdin.on("end", () => process.exit(0));
}
main().catch((error) => { process.stderr.write(String(error.stack) + "\n"); process.exit(1); });
